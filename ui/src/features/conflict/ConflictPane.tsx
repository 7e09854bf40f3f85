/** A conflict, column by column: what was before, what is mine, what CRM has now, and which of the two stays. */
import { Button } from "@fluentui/react-components";
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type RefObject } from "react";

import { t } from "../../i18n";
import { useAsk, useDeed, type Conflict } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { InfoBar } from "../../kit/InfoBar";
import styles from "./ConflictPane.module.css";
import { Columns } from "./Columns";
import { PolicySelect } from "./PolicySelect";
import { all, chosen, clashesOf, type ConflictDeeds, type ConflictState, type Sides } from "./sides";

interface Props {
  entry: string;
  deeds: RefObject<ConflictDeeds | null>;
  onState: (state: ConflictState | null) => void;
  onLeave: () => void;
}

export function ConflictPane({ entry, ...rest }: Props) {
  const conflict = useAsk("read_conflict", { entry });
  const [seen, setSeen] = useState<string | null>(null);
  const version = conflict.data?.version;
  useEffect(() => {
    if (version !== undefined) setSeen((first) => first ?? version);
  }, [version]);
  const name = conflict.data && (conflict.data.name === "" ? t("record.unnamed") : conflict.data.name);
  return (
    <section className={styles.pane} data-pane="item" data-pane-home={conflict.data ? undefined : true} tabIndex={-1} aria-label={name ?? t("conflict.title")}>
      {conflict.error ? (
        <Blank title={t("conflict.none")} hint={conflict.error.message}>
          <Button onClick={rest.onLeave}>{t("app.close")}</Button>
        </Blank>
      ) : conflict.data ? (
        // What was chosen was chosen between other values once CRM has changed again.
        <Choosing key={conflict.data.version} conflict={conflict.data} hasMoved={seen !== null && seen !== version} {...rest} />
      ) : (
        <Blank title={t("conflict.loading")} isWait />
      )}
    </section>
  );
}

function Choosing({ conflict, hasMoved, deeds, onState, onLeave }: Omit<Props, "entry"> & { conflict: Conflict; hasMoved: boolean }) {
  const [sides, setSides] = useState<Sides>({});
  const clashes = useMemo(() => clashesOf(conflict), [conflict]);
  const resolve = useDeed("resolve_conflict");
  const undecided = clashes.filter((column) => sides[column] === undefined).length;
  const merged = conflict.columns.length - clashes.length;
  const who = conflict.theirsBy ?? t("conflict.someone");

  const save = () => {
    if (undecided > 0 || resolve.isPending) return;
    const choice = { entry: conflict.entry, version: conflict.version, mine: chosen(clashes, sides, "mine"), theirs: chosen(clashes, sides, "theirs") };
    resolve.mutate(choice, { onSuccess: onLeave });
  };
  useImperativeHandle(deeds, () => ({ save, chooseAll: (side) => setSides(all(clashes, side)) }));

  const state = useMemo<ConflictState>(
    () => ({ clashes: clashes.length, columns: conflict.columns.length, undecided, isSaving: resolve.isPending }),
    [clashes, conflict, undecided, resolve.isPending],
  );
  const tell = useRef(onState);
  tell.current = onState;
  useEffect(() => tell.current(state), [state]);
  useEffect(() => () => tell.current(null), []);

  return (
    <>
      <header className={styles.title}>
        <h1>{conflict.name === "" ? t("record.unnamed") : conflict.name}</h1>
        <span className={styles.remarks}>{t(clashes.length === 1 ? "conflict.what" : "conflict.what_many", { who })}</span>
      </header>
      {hasMoved && (
        <InfoBar tone="waiting" isAlert>
          {t("conflict.moved")}
        </InfoBar>
      )}
      {resolve.error && (
        <InfoBar tone="held" isAlert lead={t("record.save_failed")}>
          {resolve.error.message}
        </InfoBar>
      )}
      <Columns conflict={conflict} who={who} sides={sides} onChoose={(column, side) => setSides((now) => ({ ...now, [column]: side }))} />
      <p className={styles.note}>
        <Icon name="check" />
        <span>
          {merged > 0 && `${t("conflict.merged", { count: merged })} `}
          {t("conflict.kept")}
        </span>
      </p>
      <PolicySelect table={conflict.table} label={t("policy.of", { table: conflict.pluralLabel.toLowerCase() })} policy={conflict.policy} />
      <p className={styles.keys}>
        {KEYS.map(({ keys, text }) => (
          <span key={text}>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
            {t(text)}
          </span>
        ))}
      </p>
    </>
  );
}

const KEYS = [
  { keys: ["↑", "↓"], text: "conflict.key_columns" },
  { keys: ["←"], text: "conflict.key_mine" },
  { keys: ["→"], text: "conflict.key_theirs" },
  { keys: ["M"], text: "conflict.key_all_mine" },
  { keys: ["T"], text: "conflict.key_all_theirs" },
  { keys: ["Ctrl+Enter"], text: "conflict.key_save" },
  { keys: ["Esc"], text: "conflict.key_later" },
] as const;

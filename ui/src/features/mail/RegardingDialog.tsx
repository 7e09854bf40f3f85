/** Set Regarding: type a few letters, arrow down, Enter. */
import { Input } from "@fluentui/react-components";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";

import { t } from "../../i18n";
import { useAsk, type RecordRef } from "../../ipc";
import { Question } from "../../kit/Question";
import type { Chosen } from "./Answers";
import styles from "./Dialogs.module.css";
import { REGARDING_TABLES } from "./regarding";
import { tableName } from "./tables";

/** Long enough that a word is typed before the database is asked, in milliseconds. */
const PAUSE = 120;
const LIMIT = 20;

interface Props {
  chosen: Chosen;
  onChoose: (record: RecordRef) => void;
  onClose: () => void;
}

export function RegardingDialog({ chosen, onChoose, onClose }: Props) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const { hits, isAsked, error } = useHits(chosen, text.trim());
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const current = Math.min(active, hits.length - 1);

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const choose = (index: number) => {
    const hit = hits[index];
    if (!hit) return;
    onChoose({ table: hit.table, id: hit.id });
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = { ArrowDown: current + 1, ArrowUp: current - 1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      choose(current);
    }
    if (target === undefined) return;
    event.preventDefault();
    setActive(Math.max(0, Math.min(hits.length - 1, target)));
  };

  return (
    <Question title={t("regarding.title")} cancel={t("app.cancel")} onClose={onClose} problem={error}>
      <Input
        autoFocus
        role="combobox"
        aria-label={t("regarding.label")}
        aria-expanded={hits.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        {...(hits.length > 0 && { "aria-activedescendant": `${listId}-${current}` })}
        placeholder={t("regarding.hint")}
        value={text}
        onChange={(_, data) => {
          setText(data.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={listId} role="listbox" aria-label={t("regarding.found")} className={styles.hits}>
        {hits.map((hit, index) => (
          <div
            key={`${hit.table} ${hit.id}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            className={styles.hit}
            onMouseMove={() => setActive(index)}
            onClick={() => choose(index)}
          >
            <b>{hit.name === "" ? t("record.unnamed") : hit.name}</b>
            <small>{[hit.tableLabel, hit.detail].filter((part) => part !== "").join(" · ")}</small>
          </div>
        ))}
      </div>
      {hits.length === 0 && <p className={styles.note}>{text.trim() === "" ? t("regarding.type") : isAsked ? t("regarding.none", { text: text.trim() }) : ""}</p>}
    </Question>
  );
}

interface Hit extends RecordRef {
  tableLabel: string;
  name: string;
  detail: string;
}

/** What was found for the typed words; before any were typed, what is open with the people of the message. */
function useHits(chosen: Chosen, text: string) {
  const [rested, setRested] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  const people = useAsk("correspondents", chosen).data?.people ?? [];
  const found = useAsk("find_records", { text: rested, tables: [...REGARDING_TABLES], limit: LIMIT });
  const last = useRef<Hit[]>([]);

  if (text === "") {
    const near = people.flatMap(({ records }) => records.slice(0, 1)).flatMap((record): Hit[] => [
      ...record.open.map((open) => ({ ...open, tableLabel: tableName(open.table) })),
      ...(REGARDING_TABLES.includes(record.table) ? [record] : []),
    ]);
    return { hits: near.filter((hit, index) => near.findIndex(({ id }) => id === hit.id) === index), isAsked: true, error: null };
  }
  // While the next answer is on its way the last one stays, or the list would flicker under the arrow keys.
  if (found.data && rested === text) last.current = found.data.records;
  return { hits: last.current, isAsked: found.data !== undefined && rested === text, error: found.error?.message ?? null };
}

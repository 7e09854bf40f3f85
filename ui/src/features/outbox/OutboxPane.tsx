/** Every change that CRM does not have yet, oldest first, with what can be done about it. */
import { Button } from "@fluentui/react-components";
import { useEffect, useRef, useState, type RefObject } from "react";

import { t } from "../../i18n";
import { useAsk, useDeed, type OutboxEntry, type RecordRef } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { Action, InfoBar } from "../../kit/InfoBar";
import { useNow } from "../../kit/now";
import { Question } from "../../kit/Question";
import { EntryLine, type Act } from "./EntryLine";
import styles from "./OutboxPane.module.css";

interface Props {
  onCompare: (entry: string) => void;
  onOpen: (record: RecordRef) => void;
}

export function OutboxPane({ onCompare, onOpen }: Props) {
  const outbox = useAsk("list_outbox", {});
  return (
    <section className={styles.pane} data-pane="list" data-pane-home tabIndex={-1} aria-label={t("outbox.title")}>
      <header className={styles.title}>
        <h1>{t("outbox.title")}</h1>
        <span className={styles.remarks}>{t("outbox.what_it_is")}</span>
      </header>
      {outbox.data ? (
        <Entries entries={outbox.data.entries} onCompare={onCompare} onOpen={onOpen} />
      ) : outbox.error ? (
        <Blank title={t("outbox.failed")} hint={outbox.error.message}>
          <Button onClick={() => void outbox.refetch()}>{t("app.try_again")}</Button>
        </Blank>
      ) : (
        <Blank title={t("outbox.loading")} isWait />
      )}
    </section>
  );
}

function Entries({ entries, onCompare, onOpen }: Props & { entries: readonly OutboxEntry[] }) {
  const now = useNow();
  const [asked, setAsked] = useState<OutboxEntry | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const table = useRef<HTMLTableElement>(null);
  const act = useActs(setProblem, onCompare);
  useFocusThatStays(table, entries);

  const onAct = (entry: OutboxEntry, what: Act) => {
    setProblem(null);
    if (what === "open") onOpen({ table: entry.table, id: entry.record });
    else if (what === "compare") onCompare(entry.entry);
    else if (what === "discard") setAsked(entry);
    else act[what]({ entry: entry.entry });
  };

  return (
    <>
      {problem !== null && (
        <InfoBar tone="held" isAlert actions={<Action text={t("app.dismiss")} onClick={() => setProblem(null)} />}>
          {problem}
        </InfoBar>
      )}
      {entries.length === 0 ? (
        <Blank title={t("outbox.empty")} hint={t("outbox.empty_hint")} />
      ) : (
        <table ref={table} className={styles.table} aria-label={t("outbox.title")}>
          <thead>
            <tr>
              <th scope="col">{t("outbox.what")}</th>
              <th scope="col">{t("outbox.record")}</th>
              <th scope="col">{t("outbox.state")}</th>
              <th scope="col">{t("outbox.since")}</th>
              <th scope="col">{t("outbox.acts")}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <EntryLine
                key={entry.entry}
                entry={entry}
                now={now}
                onAct={(what) => onAct(entry, what)}
                onOpen={onOpen}
                onMerge={(into) => {
                  setProblem(null);
                  act.merge({ entry: entry.entry, into });
                }}
              />
            ))}
          </tbody>
        </table>
      )}
      {asked && (
        <Question
          title={t("outbox.discard_title")}
          answer={t("outbox.discard_yes")}
          cancel={t("outbox.discard_no")}
          onAnswer={() => {
            act.discard({ entry: asked.entry });
            setAsked(null);
          }}
          onClose={() => setAsked(null)}
        >
          <p>{t(asked.deed === "create" ? "outbox.discard_create" : asked.deed === "delete" ? "outbox.discard_delete" : "outbox.discard_update", { name: asked.name })}</p>
        </Question>
      )}
    </>
  );
}

function useActs(onProblem: (message: string) => void, onCompare: (entry: string) => void) {
  const failed = { onError: ({ message }: Error) => onProblem(message) };
  const keepMine = useDeed("keep_mine");
  const takeTheirs = useDeed("take_theirs");
  const retry = useDeed("retry_entry");
  const discard = useDeed("discard_entry");
  const merge = useDeed("merge_entry");
  return {
    // What both have is chosen where every conflict is.
    merge: (request: { entry: string; into: string }) =>
      merge.mutate(request, { ...failed, onSuccess: ({ mustChoose }) => mustChoose && onCompare(request.entry) }),
    keepMine: (request: { entry: string }) => keepMine.mutate(request, failed),
    takeTheirs: (request: { entry: string }) => takeTheirs.mutate(request, failed),
    retry: (request: { entry: string }) => retry.mutate(request, failed),
    discard: (request: { entry: string }) => discard.mutate(request, failed),
  };
}

/** An entry that goes takes its buttons along: the focus stays in the outbox. */
function useFocusThatStays(table: RefObject<HTMLTableElement | null>, entries: readonly OutboxEntry[]) {
  const wasInside = useRef(false);
  useEffect(() => {
    const pane = document.querySelector<HTMLElement>("[data-pane='list']");
    if (wasInside.current && document.activeElement === document.body) {
      (table.current?.querySelector<HTMLElement>("button") ?? pane)?.focus({ preventScroll: true });
    }
    const remember = () => (wasInside.current = pane?.contains(document.activeElement) ?? false);
    document.addEventListener("focusin", remember);
    return () => document.removeEventListener("focusin", remember);
  }, [entries, table]);
}

/** One change on its way: what it is, how it stands, and the words and acts that end it. */
import { useState } from "react";

import { clock, t } from "../../i18n";
import type { Cell, OutboxEntry, RecordRef } from "../../ipc";
import { Mark, type Tone } from "../../kit/Mark";
import { Reasons, whole } from "../records";
import { Alike } from "./Alike";
import styles from "./OutboxPane.module.css";

export type Act = "open" | "compare" | "keepMine" | "takeTheirs" | "retry" | "discard";

interface Props {
  entry: OutboxEntry;
  now: number;
  onAct: (act: Act) => void;
  onOpen: (record: RecordRef) => void;
  onMerge: (into: string) => void;
}

export function EntryLine({ entry, now, onAct, onOpen, onMerge }: Props) {
  const { state } = entry;
  const [isAsked, setAsked] = useState(false);
  const name = entry.name === "" ? t("record.unnamed") : entry.name;
  const act = (what: Act, text: string) => (
    <button type="button" className={styles.act} aria-describedby={`${entry.entry}-record`} onClick={() => onAct(what)}>
      {text}
    </button>
  );
  return (
    <tr data-entry={entry.entry}>
      <th scope="row">
        <b>{what(entry)}</b>
        <small>{entry.deed === "update" ? entry.changes.map(({ before, after }) => `${said(before)} → ${said(after)}`).join(" · ") : made(entry)}</small>
      </th>
      <td>
        <span id={`${entry.entry}-record`}>{name}</span>
        <small>{entry.tableLabel}</small>
      </td>
      <td>
        <Mark {...mark(entry)} />
        {state.state === "held" && <small className={styles.words}>{state.message}</small>}
        {state.state === "held" && state.clashes.length > 0 && (
          <dl className={styles.clashes}>
            {state.clashes.map((clash) => (
              <div key={clash.column}>
                <dt>{clash.label}</dt>
                <dd>{t("outbox.mine", { value: said(clash.mine) })}</dd>
                <dd>{t("outbox.theirs", { value: said(clash.theirs) })}</dd>
                <dd>{t("outbox.base", { value: said(clash.base) })}</dd>
              </div>
            ))}
          </dl>
        )}
        {state.state === "held" && state.alike.length > 0 && <Alike records={state.alike} onOpen={onOpen} onMerge={entry.mayMerge ? onMerge : null} />}
      </td>
      <td>{clock(entry.since, now)}</td>
      <td>
        <span className={styles.acts}>
          {entry.mayCompare && act("compare", t("outbox.compare"))}
          {entry.mayKeepMine && act("keepMine", t("outbox.keep_mine"))}
          {entry.mayTakeTheirs && act("takeTheirs", t("outbox.take_theirs"))}
          {entry.mayRetry && act("retry", t("outbox.retry"))}
          {entry.maySaveAnyway && act("retry", t("outbox.save_anyway"))}
          {entry.mayDiscard && act("discard", t("outbox.discard"))}
          <button type="button" className={styles.act} aria-describedby={`${entry.entry}-record`} aria-expanded={isAsked} onClick={() => setAsked(!isAsked)}>
            {t("why.title")}
          </button>
          {entry.deed !== "delete" && entry.deed !== "track" && act("open", t("outbox.open"))}
        </span>
        {isAsked && <Reasons table={entry.table} id={entry.record} none={t("why.none")} />}
      </td>
    </tr>
  );
}

function what({ deed, tableLabel, changes }: OutboxEntry): string {
  switch (deed) {
    case "create":
      return t("outbox.create", { table: tableLabel.toLowerCase() });
    case "delete":
      return t("outbox.delete", { table: tableLabel.toLowerCase() });
    case "track":
      return t("outbox.track");
    case "update":
      return changes.map(({ label }) => label).join(", ");
  }
}

function made({ deed, changes }: OutboxEntry): string {
  if (deed !== "create") return "";
  return changes.map(({ after }) => whole(after)).filter((text) => text !== "").slice(0, 4).join(", ");
}

function mark({ state }: OutboxEntry): { tone: Tone; text: string } {
  switch (state.state) {
    case "waiting":
      return { tone: "waiting", text: t("standing.waiting") };
    case "waitsFor":
      return { tone: "waiting", text: t("outbox.waits_for", { name: state.name }) };
    case "sending":
      return { tone: "waiting", text: t("outbox.sending") };
    case "held":
      return { tone: "held", text: t("standing.held") };
  }
}

function said(cell: Cell): string {
  const text = whole(cell);
  return text === "" ? t("record.empty") : text;
}

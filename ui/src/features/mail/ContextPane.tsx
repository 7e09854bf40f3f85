/** Who the message is from and to, and what is open with them. */
import { Button } from "@fluentui/react-components";
import { Fragment } from "react";

import { t, type PlainKey } from "../../i18n";
import { useAsk, type OpenRecord, type Person, type RecordRef, type RegardingHead } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { Action } from "../../kit/InfoBar";
import { focusPane } from "../../kit/panes";
import styles from "./ContextPane.module.css";
import type { Mail } from "./deeds";
import { Face } from "./Face";
import { regardingOf } from "./regarding";
import { useSettled } from "./settled";
import { useIsListed } from "./TrackedBar";
import { words } from "./words";

interface Props {
  mail: Mail;
  onOpenRecord: (record: RecordRef) => void;
}

export function ContextPane({ mail, onOpenRecord }: Props) {
  const key = useSettled(mail.message?.key ?? null);
  const mailbox = mail.folder?.mailbox.mailbox;
  return (
    <section className={styles.pane} data-pane="context" data-pane-home tabIndex={-1} aria-label={t("crm.pane")}>
      {key !== null && mailbox !== undefined && <People key={`${mailbox} ${key}`} mailbox={mailbox} messageKey={key} mail={mail} onOpenRecord={onOpenRecord} />}
    </section>
  );
}

function People({ mailbox, messageKey, mail, onOpenRecord }: Props & { mailbox: string; messageKey: string }) {
  const asked = useAsk("correspondents", { mailbox, key: messageKey });
  if (!asked.data) {
    return asked.error ? (
      <Blank title={t("crm.failed")} hint={asked.error.message}>
        <Button onClick={() => void asked.refetch()}>{t("app.try_again")}</Button>
      </Blank>
    ) : (
      <Blank title={t("crm.loading")} isWait />
    );
  }
  const regarding = mail.message?.key === messageKey ? regardingOf(mail.message.tracking) : null;
  const seen = new Set<string>();
  const shown = asked.data.people.map((person) => {
    const open = (person.records[0]?.open ?? []).filter(({ id }) => !seen.has(id));
    open.forEach(({ id }) => seen.add(id));
    return { person, open };
  });
  return (
    <>
      {regarding && !seen.has(regarding.id) && <Regarding regarding={regarding} onChange={() => mail.begin("regarding")} />}
      {shown.map(({ person, open }, index) => (
        <Fragment key={`${person.address} ${index}`}>
          <PersonCard person={person} onOpenRecord={onOpenRecord} onAdd={() => mail.ask({ ask: "add", address: person.address })} />
          <OpenRecords open={open} regarding={regarding} mail={mail} />
        </Fragment>
      ))}
    </>
  );
}

function Regarding({ regarding, onChange }: { regarding: RegardingHead; onChange: () => void }) {
  return (
    <>
      <h2 className={styles.heading}>
        {t("crm.regarding")}
        <Action text={t("tracking.change")} onClick={onChange} />
      </h2>
      <div className={styles.card} data-picked="true">
        <b>{regarding.name === "" ? t("record.unnamed") : regarding.name}</b>
      </div>
    </>
  );
}

function PersonCard({ person, onOpenRecord, onAdd }: { person: Person; onOpenRecord: (record: RecordRef) => void; onAdd: () => void }) {
  const isListed = useIsListed();
  const record = person.records[0];
  const name = record?.name ?? person.name ?? person.address;
  const others = person.records.length - 1;
  return (
    <article className={styles.card} aria-label={name}>
      <div className={styles.top}>
        <Face name={name} />
        <div className={styles.lines}>
          <b>{name}</b>
          <small>{person.address}</small>
          <small>{record ? [record.tableLabel, record.detail].filter((part) => part !== "").join(" · ") : t("crm.unknown")}</small>
          {others > 0 && <small>{t("crm.more_records", { count: others })}</small>}
        </div>
      </div>
      <div className={styles.pair}>
        <small>{record?.phone}</small>
        {record && isListed(record) && <Action text={t("command.open")} onClick={() => onOpenRecord(record)} />}
        {!record && <Action text={t("crm.add")} onClick={onAdd} />}
      </div>
    </article>
  );
}

const GROUPS: readonly { table: string; text: PlainKey }[] = [
  { table: "opportunity", text: "crm.open_opportunities" },
  { table: "incident", text: "crm.open_cases" },
];

function OpenRecords({ open, regarding, mail }: { open: readonly OpenRecord[]; regarding: RegardingHead | null; mail: Mail }) {
  return GROUPS.map(({ table, text }) => {
    const records = open.filter((record) => record.table === table);
    if (records.length === 0) return null;
    return (
      <Fragment key={table}>
        <h2 className={styles.heading}>
          {t(text)}
          <span className={styles.count}>{records.length}</span>
        </h2>
        {records.map((record) => (
          <OpenCard key={record.id} record={record} isPicked={record.id === regarding?.id} mail={mail} />
        ))}
      </Fragment>
    );
  });
}

function OpenCard({ record, isPicked, mail }: { record: OpenRecord; isPicked: boolean; mail: Mail }) {
  const mayTrack = mail.message?.tracking.state !== "notAllowed";
  if (isPicked || !mayTrack) {
    return (
      <div className={styles.card} data-picked={isPicked}>
        {lines(record, isPicked ? t("crm.is_regarding") : null)}
      </div>
    );
  }
  const track = () => {
    mail.track({ table: record.table, id: record.id });
    // The card is no button any more once it is chosen, and the focus must not go with it.
    focusPane("context");
  };
  return (
    <button type="button" className={styles.card} title={t("crm.track_regarding", { name: record.name })} onClick={track}>
      {lines(record, t("crm.track_this"))}
    </button>
  );
}

function lines(record: OpenRecord, hint: string | null) {
  return (
    <>
      <span className={styles.pair}>
        <b>{record.name === "" ? t("record.unnamed") : record.name}</b>
        <span className={styles.value}>{words(record.value)}</span>
      </span>
      <span className={styles.pair}>
        <small>{record.detail}</small>
        {hint !== null && <small className={styles.hint}>{hint}</small>}
      </span>
    </>
  );
}

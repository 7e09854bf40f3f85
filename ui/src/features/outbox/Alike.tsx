/** The records that CRM takes a change for a duplicate of: what tells them apart, and the way to each. */
import { t } from "../../i18n";
import type { Likeness, RecordRef } from "../../ipc";
import { whole } from "../records";
import styles from "./OutboxPane.module.css";

interface Props {
  records: readonly Likeness[];
  onOpen: (record: RecordRef) => void;
  /** None where the change cannot become one of a record alike. */
  onMerge: ((id: string) => void) | null;
}

export function Alike({ records, onOpen, onMerge }: Props) {
  return (
    <ul className={styles.alike} aria-label={t("outbox.alike")}>
      {records.map(({ table, id, found }) => {
        if (!found) return <li key={id}>{t("outbox.alike_elsewhere", { id })}</li>;
        const name = found.name === "" ? t("record.unnamed") : found.name;
        return (
          <li key={id}>
            <b>{name}</b>
            {found.columns.length > 0 && <small>{found.columns.map(({ label, cell }) => `${label}: ${whole(cell)}`).join(" · ")}</small>}
            <button type="button" className={styles.act} onClick={() => onOpen({ table, id })}>
              {t("outbox.open_alike", { name })}
            </button>
            {onMerge && (
              <button type="button" className={styles.act} onClick={() => onMerge(id)}>
                {t("outbox.merge_into", { name })}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What the record lost by a merge, a choice or a discard; each value comes back in one step. */
import { clock, t } from "../../i18n";
import { useAsk, useDeed, type RecordPage } from "../../ipc";
import { InfoBar } from "../../kit/InfoBar";
import { useNow } from "../../kit/now";
import { whole } from "./cells";
import styles from "./HistoryList.module.css";

interface Props {
  record: RecordPage;
  /** Whether something is typed that is not saved: a value that comes back must not be mixed with it. */
  isDirty: boolean;
}

export function HistoryList({ record: { table, id }, isDirty }: Props) {
  const now = useNow();
  const values = useAsk("read_history", { table, id }).data?.values ?? [];
  const deed = useDeed("bring_back");
  if (values.length === 0) return null;
  const problem = deed.error?.message ?? deed.data?.problems[0]?.message;
  return (
    <section className={styles.history} aria-label={t("history.title")} data-history>
      <h2 className={styles.title}>{t("history.title")}</h2>
      {problem !== undefined && (
        <InfoBar tone="held" isAlert>
          {problem}
        </InfoBar>
      )}
      <table className={styles.table} aria-label={t("history.title")}>
        <thead>
          <tr>
            <th scope="col">{t("conflict.column")}</th>
            <th scope="col">{t("history.value")}</th>
            <th scope="col">{t("history.how")}</th>
            <th scope="col">{t("history.when")}</th>
            <th scope="col">{t("outbox.acts")}</th>
          </tr>
        </thead>
        <tbody>
          {values.map(({ number, label, cell, isMine, why, at, mayBringBack }) => (
            <tr key={number} data-lost={number}>
              <th scope="row">{label}</th>
              <td id={`lost-${number}`} className={styles.value}>
                {whole(cell) || t("conflict.empty")}
              </td>
              <td>
                {t(isMine ? "history.mine" : "history.theirs")} <small>{why}</small>
              </td>
              <td>{clock(at, now)}</td>
              <td>
                {mayBringBack && (
                  <button
                    type="button"
                    className={styles.act}
                    aria-describedby={`lost-${number}`}
                    aria-disabled={isDirty || deed.isPending}
                    title={isDirty ? t("history.save_first") : undefined}
                    onClick={() => !isDirty && !deed.isPending && deed.mutate({ table, id, number })}
                  >
                    {t("history.bring_back")}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

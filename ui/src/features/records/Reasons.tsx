/** "Why is this here?": what was decided about a record, the newest first. */
import { clock, t } from "../../i18n";
import { useAsk } from "../../ipc";
import { useNow } from "../../kit/now";
import styles from "./HistoryList.module.css";

interface Props {
  table: string;
  id: string;
}

/** The sentences alone; `none` is said when there are none. */
export function Reasons({ table, id, none }: Props & { none: string }) {
  const now = useNow();
  const { data, error } = useAsk("read_reasons", { table, id });
  if (error) return <p role="alert">{t("why.failed")}</p>;
  if (!data) return null;
  if (data.reasons.length === 0) return <p className={styles.reasons}>{none}</p>;
  return (
    <ol className={styles.reasons} aria-label={t("why.title")}>
      {data.reasons.map(({ sentence, at }, index) => (
        // The newest comes first: counted from the other end, each keeps its number.
        <li key={data.reasons.length - index}>
          <small>{clock(at, now)}</small> {sentence}
        </li>
      ))}
    </ol>
  );
}

/** The same beside the history of a record; nothing where nothing was decided. */
export function WhySection({ table, id }: Props) {
  const reasons = useAsk("read_reasons", { table, id }).data?.reasons ?? [];
  if (reasons.length === 0) return null;
  return (
    <section className={styles.history} aria-label={t("why.title")}>
      <h2 className={styles.title}>{t("why.title")}</h2>
      <Reasons table={table} id={id} none="" />
    </section>
  );
}

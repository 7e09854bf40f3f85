/** What happens to the clashes of each table: the user's word, once for all. */
import { t } from "../../i18n";
import { useAsk } from "../../ipc";
import { PolicySelect } from "../conflict";
import styles from "./SyncPane.module.css";

export function Rules() {
  const tables = useAsk("list_policies", {}).data?.tables ?? [];
  if (tables.length === 0) return null;
  return (
    <section className={styles.rules} aria-label={t("policy.title")}>
      <h2 className={styles.heading}>{t("policy.title")}</h2>
      <p className={styles.remarks}>{t("policy.what")}</p>
      {tables.map(({ table, pluralLabel, policy }) => (
        <PolicySelect key={table} table={table} label={pluralLabel} policy={policy} />
      ))}
    </section>
  );
}

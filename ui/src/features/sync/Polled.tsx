/** The tables of which CRM tells no changes: that they are polled, and why. */
import { clock, t } from "../../i18n";
import type { Lane, PolledLane } from "../../ipc";
import styles from "./SyncPane.module.css";

/** The remark of one such table. */
export function polled({ sweptAt }: PolledLane, now: number): string {
  return sweptAt === null ? t("sync.polled") : t("sync.polled_swept", { time: clock(sweptAt, now) });
}

/** What that means for the user, and CRM's own reasons. */
export function Reasons({ lanes }: { lanes: Lane[] }) {
  const found = lanes.filter((lane) => lane.polled !== null);
  if (found.length === 0) return null;
  return (
    <details className={styles.reasons}>
      <summary>{t("sync.polled_meaning")}</summary>
      <dl>
        {found.map(({ table, label, polled }) => (
          <div key={table}>
            <dt>{label}</dt>
            <dd>{polled?.why}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

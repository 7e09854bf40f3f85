/** The light in the title bar: connected or not, in colour, shape and words. */
import { t, type PlainKey } from "../i18n";
import { age } from "../i18n/age";
import type { Connectivity, SyncStatus } from "../ipc";
import { useNow } from "../kit/now";
import styles from "./TitleBar.module.css";

const WORDS: Record<Connectivity, PlainKey> = {
  online: "light.online",
  unreachable: "light.unreachable",
  workingOffline: "light.working_offline",
  signedOut: "light.signed_out",
};

export function SyncLight({ status }: { status: SyncStatus }) {
  const now = useNow();
  return (
    <span className={styles.light} data-testid="connectivity" data-connectivity={status.connectivity}>
      <span className={styles.dot} aria-hidden="true" />
      {[t(WORDS[status.connectivity]), remark(status, now)].join(" · ")}
    </span>
  );
}

function remark({ connectivity, isBusy, syncedAt, waiting }: SyncStatus, now: number): string {
  if (connectivity === "online" && isBusy) return t("light.syncing");
  if (connectivity !== "online" && waiting > 0) return t("light.waiting", { count: waiting });
  return syncedAt === null ? t("light.never") : t("light.synced", { age: age(syncedAt, now) });
}

/** Counts on the left; on the right what needs the user, what waits, and how old CRM's data is. */
import { t } from "../i18n";
import { age } from "../i18n/age";
import { isRed } from "../features/sync";
import type { SyncStatus } from "../ipc";
import { useNow } from "../kit/now";
import type { Situation } from "./commands";
import styles from "./StatusBar.module.css";

interface Props {
  now: Situation;
  onSync: () => void;
  onOutbox: () => void;
}

export function StatusBar({ now, onSync, onOutbox }: Props) {
  return (
    <footer>
      <div role="status" className={styles.status}>
        <span>{counts(now)}</span>
        {now.status && <Standing status={now.status} onSync={onSync} onOutbox={onOutbox} />}
      </div>
    </footer>
  );
}

function counts({ place, total, index, unread, status, conflict }: Situation): string {
  if (conflict) return t("status.clashes", { count: conflict.clashes, total: conflict.columns });
  if (place === "mail") {
    const messages = t("status.messages", { count: total });
    return unread > 0 ? `${messages} · ${t("status.unread", { count: unread })}` : messages;
  }
  if (place === "crm") {
    const records = t("status.records", { count: total });
    return index !== null && total > 0 ? `${records} · ${t("status.selected", { count: 1 })}` : records;
  }
  if (place === "outbox") return t("status.outbox", { count: (status?.waiting ?? 0) + (status?.held ?? 0) });
  const lanes = status?.lanes ?? [];
  const stopped = lanes.filter(({ state }) => isRed(state)).length;
  const tables = t("status.lanes", { count: lanes.length });
  return stopped > 0 ? `${tables} · ${t("status.stopped", { count: stopped })}` : tables;
}

function Standing({ status, onSync, onOutbox }: { status: SyncStatus; onSync: () => void; onOutbox: () => void }) {
  const now = useNow();
  const { held, waiting, syncedAt, isBusy } = status;
  // Ages move every minute; read aloud, they would never let one work.
  return (
    <span className={styles.right} aria-live="off">
      {held > 0 && (
        <button type="button" className={styles.entry} data-tone="held" title={t("status.show_outbox")} onClick={onOutbox}>
          {t("status.needs_you", { count: held })}
        </button>
      )}
      {waiting > 0 && (
        <button type="button" className={styles.entry} data-tone="waiting" title={t("status.show_outbox")} onClick={onOutbox}>
          {t("status.waiting", { count: waiting })}
        </button>
      )}
      <button type="button" className={styles.entry} title={t("status.show_sync")} onClick={onSync}>
        {syncedAt !== null ? t("status.age", { age: age(syncedAt, now) }) : t(isBusy ? "status.reading" : "status.never")}
      </button>
    </span>
  );
}

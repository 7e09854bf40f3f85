/** One message in its list. Plain elements only: a screenful redraws on every fling. */
import { memo } from "react";

import { brief, moment, t } from "../../i18n";
import type { MessageRow as Row, Tracking } from "../../ipc";
import { Icon } from "../../kit/Icon";
import { Mark } from "../../kit/Mark";
import styles from "./MessageRow.module.css";

interface Props {
  /** Not here yet while its block is read. */
  message: Row | undefined;
  now: number;
}

export const MessageRow = memo(function MessageRow({ message, now }: Props) {
  if (!message) return <div className={styles.row} />;
  const { correspondent, subject, preview, at, isRead, hasAttachments, tracking } = message;
  return (
    <div className={styles.row} data-unread={!isRead}>
      <span className={styles.from}>
        {!isRead && <span className="unseen">{t("mail.is_unread")}</span>}
        {correspondent === "" ? t("mail.no_sender") : correspondent}
      </span>
      <time className={styles.when} dateTime={new Date(at).toISOString()} title={moment(at)}>
        {hasAttachments && (
          <>
            <Icon name="attach" isSmall />
            <span className="unseen">{t("mail.has_attachments")}</span>
          </>
        )}
        {brief(at, now)}
      </time>
      <span className={styles.subject}>{subject === "" ? t("mail.no_subject") : subject}</span>
      <span className={styles.mark}>{mark(tracking)}</span>
      <span className={styles.preview}>{preview}</span>
    </div>
  );
});

function mark(tracking: Tracking) {
  switch (tracking.state) {
    case "untracked":
    case "notAllowed":
      return null;
    case "requested":
      return <Mark tone="waiting" text={t("tracking.requested")} />;
    case "tracked":
      return <Mark tone="good" text={tracking.regarding?.name ?? t("tracking.tracked")} />;
    case "failed":
      return <Mark tone="held" text={t("tracking.failed")} />;
  }
}

/** The chosen message: who wrote it, how it stands with CRM, what it says. */
import { Button } from "@fluentui/react-components";
import { useEffect, useRef } from "react";

import { moment, t } from "../../i18n";
import { useAsk, type Correspondent, type MessagePage, type RecordRef } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { InfoBar } from "../../kit/InfoBar";
import type { Mail } from "./deeds";
import { Face } from "./Face";
import { Files } from "./Files";
import { Frame } from "./Frame";
import { Links } from "./Links";
import { PicturesBar, usePictures } from "./Pictures";
import styles from "./ReadingPane.module.css";
import { useSettled } from "./settled";
import { TrackedBar } from "./TrackedBar";

/** How long a message must be open before it counts as read, in milliseconds. */
const READ_AFTER = 800;

interface Props {
  mail: Mail;
  onOpenRecord: (record: RecordRef) => void;
  onOutbox: () => void;
}

export function ReadingPane({ mail, onOpenRecord, onOutbox }: Props) {
  const key = useSettled(mail.message?.key ?? null);
  const mailbox = mail.folder?.mailbox.mailbox;
  return (
    <section className={styles.pane} data-pane="item" data-pane-home tabIndex={-1} aria-label={t("mail.message")}>
      {key !== null && mailbox !== undefined ? (
        <Opened key={`${mailbox} ${key}`} mailbox={mailbox} messageKey={key} mail={mail} onOpenRecord={onOpenRecord} onOutbox={onOutbox} />
      ) : (
        <Blank title={t("mail.nothing_chosen")} hint={t("mail.nothing_chosen_hint")} />
      )}
    </section>
  );
}

function Opened({ mailbox, messageKey, ...props }: Props & { mailbox: string; messageKey: string }) {
  const message = useAsk("read_message", { mailbox, key: messageKey });
  if (message.data) return <Page page={message.data} mailbox={mailbox} {...props} />;
  return message.error ? (
    <Blank title={t("mail.message_failed")} hint={message.error.message}>
      <Button onClick={() => void message.refetch()}>{t("app.try_again")}</Button>
    </Blank>
  ) : (
    <Blank title={t("mail.message_loading")} isWait />
  );
}

function Page({ page, mailbox, mail, onOpenRecord, onOutbox }: Props & { page: MessagePage; mailbox: string }) {
  const pictures = usePictures(mailbox, page.key);
  useMarkRead(page, mail);
  return (
    <>
      <h1 className={styles.subject}>{page.subject === "" ? t("mail.no_subject") : page.subject}</h1>
      <Who page={page} />
      <TrackedBar tracking={page.tracking} parties={page.parties} mail={mail} onOpenRecord={onOpenRecord} onOutbox={onOutbox} />
      {page.remarks.map((remark) => (
        <InfoBar key={remark} tone="waiting">
          {remark}
        </InfoBar>
      ))}
      {page.blockedPictures > 0 && <PicturesBar pictures={pictures} />}
      {page.attachments.length > 0 && <Files files={page.attachments} mailbox={mailbox} messageKey={page.key} />}
      {page.body !== null && <Links html={page.body} />}
      {page.body === null ? (
        <Blank title={t("mail.body_coming")} hint={t("mail.body_coming_hint")} />
      ) : (
        <Frame html={pictures.shown?.body ?? page.body} subject={page.subject} />
      )}
    </>
  );
}

/** Marks an opened message read, once: whoever then marks it unread keeps it so. */
function useMarkRead({ isRead, body }: MessagePage, mail: Mail) {
  const isDone = useRef(isRead);
  const mark = useRef(mail.markRead);
  mark.current = mail.markRead;
  const isDue = body !== null && !isRead;
  useEffect(() => {
    if (isDone.current || !isDue) return;
    const timer = setTimeout(() => {
      isDone.current = true;
      mark.current(true);
    }, READ_AFTER);
    return () => clearTimeout(timer);
  }, [isDue]);
}

function Who({ page }: { page: MessagePage }) {
  const { from, to, cc, at } = page;
  const name = from ? (from.name ?? from.address) : t("mail.no_sender");
  return (
    <div className={styles.who}>
      <Face name={name} />
      <div className={styles.lines}>
        <div>
          <b>{name}</b> {from?.name != null && <small>{from.address}</small>}
        </div>
        <div className={styles.others}>
          {to.length > 0 && <span>{t("mail.to", { people: named(to) })}</span>}
          {cc.length > 0 && <span>{t("mail.cc", { people: named(cc) })}</span>}
          <time dateTime={new Date(at).toISOString()}>{moment(at)}</time>
        </div>
      </div>
    </div>
  );
}

function named(people: readonly Correspondent[]): string {
  return people.map(({ name, address }) => name ?? address).join(", ");
}

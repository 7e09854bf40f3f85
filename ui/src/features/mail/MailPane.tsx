/** The mail place: folders, messages, the message, and who it is from. */
import { Button } from "@fluentui/react-components";
import type { CSSProperties } from "react";

import { t } from "../../i18n";
import { useAsk, type RecordRef } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { Splitter, useWidth } from "../../kit/Splitter";
import { PANES_OF_MAIL } from "../../theme/sizes";
import { Answers } from "./Answers";
import { ContextPane } from "./ContextPane";
import type { Mail } from "./deeds";
import { FolderPane } from "./FolderPane";
import { MessageList } from "./MessageList";
import styles from "./MailPane.module.css";
import type { MailPlace } from "./place";
import { ReadingPane } from "./ReadingPane";

interface Props {
  mail: Mail;
  place: MailPlace;
  onPlace: (change: Partial<MailPlace>) => void;
  onTotal: (total: number) => void;
  onOpenMessage: () => void;
  onOpenRecord: (record: RecordRef) => void;
  onOutbox: () => void;
}

export function MailPane({ mail, place, onPlace, onTotal, onOpenMessage, onOpenRecord, onOutbox }: Props) {
  const mailboxes = useAsk("list_folders", {});
  const [folders, setFolders] = useWidth("mail.folders", PANES_OF_MAIL.folders);
  const [list, setList] = useWidth("mail.list", PANES_OF_MAIL.list);
  const [context, setContext] = useWidth("mail.context", PANES_OF_MAIL.context);
  const { folder } = mail;
  const widths = {
    gridTemplateColumns: [
      `minmax(${PANES_OF_MAIL.folders.least}px, ${folders}px) auto`,
      `minmax(${PANES_OF_MAIL.list.least}px, ${list}px) auto`,
      `minmax(var(--reading-least), 1fr) auto`,
      `minmax(${PANES_OF_MAIL.context.least}px, ${context}px)`,
    ].join(" "),
  } satisfies CSSProperties;

  if (mailboxes.error && !mailboxes.data) {
    return (
      <Blank title={t("mail.failed")} hint={mailboxes.error.message}>
        <Button onClick={() => void mailboxes.refetch()}>{t("app.try_again")}</Button>
      </Blank>
    );
  }
  return (
    <div className={styles.mail} style={widths}>
      <FolderPane
        mailboxes={mailboxes.data?.mailboxes ?? []}
        shown={folder}
        onChoose={(chosen) => onPlace({ folder: chosen, selected: null, offset: 0 })}
        onAdd={() => mail.begin("mailbox")}
        onRemove={(mailbox) => mail.ask({ ask: "remove", mailbox })}
      />
      <Splitter label={t("mail.folders_width")} sizes="before" width={folders} bounds={PANES_OF_MAIL.folders} onWidth={setFolders} />
      {folder ? (
        <MessageList
          key={`${folder.mailbox.mailbox} ${folder.folder.folder}`}
          folder={folder}
          place={place}
          onPlace={onPlace}
          onTotal={onTotal}
          onMessage={mail.setMessage}
          onOpen={onOpenMessage}
        />
      ) : (
        <section className={styles.none} data-pane="list" data-pane-home tabIndex={-1} aria-label={t("mail.messages")}>
          {mailboxes.data ? (
            mail.hasMailbox ? (
              <Blank title={t("mail.no_folders")} hint={t("mail.no_folders_hint")} />
            ) : (
              <Blank title={t("mail.no_mailbox")} hint={t("mail.no_mailbox_hint")}>
                <Button onClick={() => mail.begin("mailbox")}>{t("command.add_mailbox")}</Button>
              </Blank>
            )
          ) : (
            <Blank title={t("mail.loading")} isWait />
          )}
        </section>
      )}
      <Splitter label={t("mail.list_width")} sizes="before" width={list} bounds={PANES_OF_MAIL.list} onWidth={setList} />
      <ReadingPane mail={mail} onOpenRecord={onOpenRecord} onOutbox={onOutbox} />
      <Splitter label={t("mail.context_width")} sizes="after" width={context} bounds={PANES_OF_MAIL.context} onWidth={setContext} />
      <ContextPane mail={mail} onOpenRecord={onOpenRecord} />
      <Answers mail={mail} />
    </div>
  );
}

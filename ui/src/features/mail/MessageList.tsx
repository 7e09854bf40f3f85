/** The messages of a folder, newest first. */
import { Button } from "@fluentui/react-components";
import { useEffect, useRef } from "react";

import { t, type PlainKey } from "../../i18n";
import { BLOCK, question, useBackend, useRows, type MessageFilter, type MessageRow as Row } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { useNow } from "../../kit/now";
import { VirtualList } from "../../kit/VirtualList";
import { MESSAGE_HEIGHT } from "../../theme/sizes";
import { MessageRow } from "./MessageRow";
import styles from "./MessageList.module.css";
import type { Folder, MailPlace } from "./place";
import { useSteadyMessage } from "./selection";

const FILTERS: readonly { show: MessageFilter; text: PlainKey }[] = [
  { show: "all", text: "mail.all" },
  { show: "unread", text: "mail.unread" },
  { show: "tracked", text: "mail.tracked" },
];

interface Props {
  folder: Folder;
  place: MailPlace;
  onPlace: (change: Partial<MailPlace>) => void;
  onTotal: (total: number) => void;
  onMessage: (message: Row | null) => void;
  onOpen: () => void;
}

export function MessageList({ folder: { mailbox, folder }, place, onPlace, onTotal, onMessage, onOpen }: Props) {
  const now = useNow();
  const backend = useBackend();
  const list = { mailbox: mailbox.mailbox, folder: folder.folder, show: place.show };
  const ask = (first: number) => question(backend, "list_messages", { ...list, first, count: BLOCK });
  const rows = useRows(`${list.mailbox} ${list.folder}`, ask, place.selected);
  const { total } = rows;
  const chosen = useSteadyMessage(rows, place.selected, (selected) => onPlace({ selected }));

  const tell = useRef({ onTotal, onMessage });
  tell.current = { onTotal, onMessage };
  useEffect(() => {
    if (total !== null) tell.current.onTotal(total);
  }, [total]);
  useEffect(() => tell.current.onMessage(chosen), [chosen]);

  return (
    <section className={styles.pane} data-pane="list" aria-label={t("mail.messages")} tabIndex={-1}>
      <header className={styles.title}>
        <h1 title={folder.name}>{folder.name}</h1>
        <span className={styles.remark}>{t("mail.newest_first")}</span>
      </header>
      <div role="group" aria-label={t("mail.show")} className={styles.chips}>
        {FILTERS.map(({ show, text }) => (
          <button
            key={show}
            type="button"
            className={styles.chip}
            aria-pressed={show === place.show}
            onClick={() => show !== place.show && onPlace({ show, selected: null, offset: 0 })}
          >
            {t(text)}
          </button>
        ))}
      </div>
      {rows.error ? (
        <Blank title={t("mail.list_failed")} hint={rows.error.message}>
          <Button onClick={rows.retry}>{t("app.try_again")}</Button>
        </Blank>
      ) : (
        <VirtualList
          key={place.show}
          label={t("mail.messages_of", { folder: folder.name })}
          count={total ?? 0}
          rowHeight={MESSAGE_HEIGHT}
          row={(index) => <MessageRow message={rows.row(index)} now={now} />}
          selected={place.selected}
          onSelect={(selected) => onPlace({ selected })}
          onOpen={onOpen}
          onShown={rows.show}
          initialOffset={place.offset}
          onLeave={(offset) => onPlace({ offset })}
        />
      )}
      {total === null && !rows.error && <Blank title={t("mail.list_loading")} isWait />}
      {total === 0 && !rows.error && <Empty show={place.show} isRead={mailbox.syncedAt !== null} />}
    </section>
  );
}

function Empty({ show, isRead }: { show: MessageFilter; isRead: boolean }) {
  if (show === "unread") return <Blank title={t("mail.none_unread")} hint={t("mail.none_unread_hint")} />;
  if (show === "tracked") return <Blank title={t("mail.none_tracked")} hint={t("mail.none_tracked_hint")} />;
  return isRead ? <Blank title={t("mail.empty")} hint={t("mail.empty_hint")} /> : <Blank title={t("mail.not_read")} hint={t("mail.not_read_hint")} />;
}

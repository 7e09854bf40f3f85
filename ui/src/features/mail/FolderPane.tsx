/** The mailboxes and their folders. */
import type { KeyboardEvent } from "react";

import { number, t } from "../../i18n";
import { age } from "../../i18n/age";
import type { FolderHead, FolderPurpose, MailboxHead } from "../../ipc";
import { Icon } from "../../kit/Icon";
import type { IconName } from "../../kit/icons";
import { useNow } from "../../kit/now";
import type { Folder, MailPlace } from "./place";
import styles from "./FolderPane.module.css";

const ICONS: Partial<Record<FolderPurpose, IconName>> = { inbox: "mail", sent: "plane" };

interface Props {
  mailboxes: readonly MailboxHead[];
  shown: Folder | null;
  onChoose: (folder: NonNullable<MailPlace["folder"]>) => void;
  onAdd: () => void;
  onRemove: (mailbox: string) => void;
}

export function FolderPane({ mailboxes, shown, onChoose, onAdd, onRemove }: Props) {
  return (
    <section className={styles.pane} data-pane="folders" aria-label={t("mail.folders")} tabIndex={-1}>
      {mailboxes.map((mailbox) => (
        <Mailbox key={mailbox.mailbox} mailbox={mailbox} shown={shown} onChoose={onChoose} onRemove={onRemove} />
      ))}
      <button type="button" className={styles.add} onClick={onAdd}>
        <Icon name="plus" isSmall />
        {t("command.add_mailbox")}
      </button>
    </section>
  );
}

type MailboxProps = Pick<Props, "shown" | "onChoose" | "onRemove"> & { mailbox: MailboxHead };

function Mailbox({ mailbox, shown, onChoose, onRemove }: MailboxProps) {
  const now = useNow();
  const { folders, address } = mailbox;
  const chosen = shown?.mailbox.mailbox === mailbox.mailbox ? folders.findIndex(({ folder }) => folder === shown.folder.folder) : -1;
  const home = Math.max(0, chosen);
  const choose = (index: number) => {
    const folder = folders[index];
    if (folder) onChoose({ mailbox: mailbox.mailbox, folder: folder.folder });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = { ArrowDown: home + 1, ArrowUp: home - 1, Home: 0, End: folders.length - 1, Enter: home, " ": home }[event.key];
    if (target === undefined || target < 0 || target >= folders.length) return;
    event.preventDefault();
    choose(target);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=treeitem]")[target]?.focus({ preventScroll: true });
  };
  return (
    <>
      <header className={styles.head}>
        <h2 title={address}>{address}</h2>
        {mailbox.isRemovable && (
          <button type="button" className={styles.remove} aria-label={t("mail.remove", { address })} title={t("mail.remove", { address })} onClick={() => onRemove(mailbox.mailbox)}>
            <Icon name="remove" isSmall />
          </button>
        )}
        <span className={styles.age}>{standing(mailbox, now)}</span>
      </header>
      {mailbox.message !== null && (
        <p className={styles.wrong}>
          <Icon name="warn" isSmall />
          {mailbox.message}
        </p>
      )}
      <div role="tree" aria-label={address} onKeyDown={onKeyDown}>
        {folders.map((folder, index) => (
          <div
            key={folder.folder}
            role="treeitem"
            aria-level={folder.depth + 1}
            aria-setsize={folders.length}
            aria-posinset={index + 1}
            aria-selected={index === chosen}
            aria-label={folder.unread > 0 ? t("mail.folder_unread", { folder: folder.name, count: folder.unread }) : folder.name}
            tabIndex={index === home ? 0 : -1}
            data-pane-home={index === chosen ? true : undefined}
            data-depth={Math.min(folder.depth, 3)}
            className={styles.folder}
            onClick={() => choose(index)}
          >
            <Line folder={folder} />
          </div>
        ))}
      </div>
    </>
  );
}

function Line({ folder }: { folder: FolderHead }) {
  return (
    <>
      <Icon name={(folder.purpose && ICONS[folder.purpose]) ?? "folder"} />
      <span className={styles.name} title={folder.name}>
        {folder.name}
      </span>
      {folder.unread > 0 && <span className={styles.unread}>{number(folder.unread)}</span>}
    </>
  );
}

function standing({ isBusy, syncedAt }: MailboxHead, now: number): string {
  if (syncedAt !== null) return age(syncedAt, now);
  return t(isBusy ? "mail.reading" : "mail.never_read");
}

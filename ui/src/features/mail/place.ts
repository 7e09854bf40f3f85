/** Where the user is in the mail: kept while another place is shown. */
import type { FolderHead, MailboxHead, MessageFilter } from "../../ipc";

export interface MailPlace {
  /** None until one was chosen: then the first mailbox's inbox is shown. */
  folder: { mailbox: string; folder: string } | null;
  show: MessageFilter;
  /** The chosen message's index in the list as it is filtered now. */
  selected: number | null;
  /** How far the list is scrolled, in pixels. */
  offset: number;
}

export const START_OF_MAIL: MailPlace = { folder: null, show: "all", selected: null, offset: 0 };

export interface Folder {
  mailbox: MailboxHead;
  folder: FolderHead;
}

/** The folder that is shown; none while there is no mailbox, or nothing was read of it. */
export function shownFolder(mailboxes: readonly MailboxHead[], place: MailPlace): Folder | null {
  const all = mailboxes.flatMap((mailbox) => mailbox.folders.map((folder) => ({ mailbox, folder })));
  const chosen = all.find(({ mailbox, folder }) => mailbox.mailbox === place.folder?.mailbox && folder.folder === place.folder.folder);
  return chosen ?? all.find(({ folder }) => folder.purpose === "inbox") ?? all[0] ?? null;
}

/** The questions of the mail place, one at a time. */
import { AddDialog } from "./AddDialog";
import type { Mail } from "./deeds";
import { MailboxDialog } from "./MailboxDialog";
import { RegardingDialog } from "./RegardingDialog";
import { RemoveDialog } from "./RemoveDialog";
import { UntrackDialog } from "./UntrackDialog";

export function Answers({ mail }: { mail: Mail }) {
  const { asked, message, folder } = mail;
  const close = () => mail.ask(null);
  if (asked?.ask === "mailbox") return <MailboxDialog onClose={close} />;
  if (asked?.ask === "remove") return <RemoveDialog mailbox={asked.mailbox} onClose={close} />;
  if (!asked || !message || !folder) return null;
  const chosen = { mailbox: folder.mailbox.mailbox, key: message.key };
  switch (asked.ask) {
    case "regarding":
      return <RegardingDialog chosen={chosen} onChoose={mail.track} onClose={close} />;
    case "untrack":
      return <UntrackDialog chosen={chosen} subject={message.subject} onClose={close} />;
    case "add":
      return <AddDialog chosen={chosen} address={asked.address} onClose={close} />;
  }
}

/** The message a question is about. */
export interface Chosen {
  mailbox: string;
  key: string;
}

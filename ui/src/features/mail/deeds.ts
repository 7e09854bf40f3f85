/** What can be done with the chosen message, and which question is open about it. */
import { useState } from "react";

import { useAsk, useDeed, type AskError, type MessageRow, type RecordRef } from "../../ipc";
import { shownFolder, type Folder, type MailPlace } from "./place";

export type MailDeed = "track" | "regarding" | "untrack" | "add" | "read" | "unread" | "mailbox";

/** A question that waits for the user's answer. */
export type Asked =
  | { ask: "regarding" | "untrack" | "mailbox" }
  | { ask: "add"; address: string | null }
  | { ask: "remove"; mailbox: string };

export interface Mail {
  folder: Folder | null;
  hasMailbox: boolean;
  /** None while nothing is chosen, or its row is being read. */
  message: MessageRow | null;
  setMessage: (message: MessageRow | null) => void;
  asked: Asked | null;
  ask: (asked: Asked | null) => void;
  begin: (deed: MailDeed) => void;
  track: (regarding: RecordRef | null) => void;
  markRead: (isRead: boolean) => void;
}

export function useMail(place: MailPlace, onProblem: (problem: AskError) => void): Mail {
  const mailboxes = useAsk("list_folders", {}).data?.mailboxes;
  const [message, setMessage] = useState<MessageRow | null>(null);
  const [asked, ask] = useState<Asked | null>(null);
  const tracking = useDeed("track");
  const marking = useDeed("mark_read");
  const folder = shownFolder(mailboxes ?? [], place);
  const chosen = folder && message ? { mailbox: folder.mailbox.mailbox, key: message.key } : null;

  const track = (regarding: RecordRef | null) => {
    if (chosen) tracking.mutate({ ...chosen, regarding }, { onError: onProblem });
  };
  const markRead = (isRead: boolean) => {
    if (chosen) marking.mutate({ ...chosen, isRead }, { onError: onProblem });
  };
  const begin = (deed: MailDeed) => {
    switch (deed) {
      case "track":
        track(null);
        break;
      case "read":
      case "unread":
        markRead(deed === "read");
        break;
      case "add":
        ask({ ask: "add", address: null });
        break;
      case "regarding":
      case "untrack":
      case "mailbox":
        ask({ ask: deed });
        break;
    }
  };
  return { folder, hasMailbox: (mailboxes?.length ?? 0) > 0, message, setMessage, asked, ask, begin, track, markRead };
}

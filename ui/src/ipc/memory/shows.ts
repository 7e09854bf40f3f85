/** What `?show=…` shows when the page runs in a plain browser, for pictures of states that are hard to reach. */
import { FIRST, memoryBackend, type Memory, type Setting } from "./index";

const SHOWS: Record<string, Setting> = {
  first: { start: FIRST },
  signingin: { start: { ...FIRST, isSigningIn: true } },
  key: { start: { page: "keyMissing", message: "The keyring does not give the key of your data. Unlock the keyring, then try again." } },
  passphrase: { start: { page: "passphrase", isNew: true, message: null } },
  closed: { start: { page: "closed", message: "Satchel is already open on this profile. Use the window that is open, or close it first." } },
  reading: { isFirstRead: true, counts: { account: 2_500, contact: 1_200, opportunity: 0 } },
  empty: { counts: { account: 0, contact: 0, opportunity: 0 } },
  offline: { connectivity: "workingOffline", waiting: 3 },
  unreachable: { connectivity: "unreachable" },
  signedout: { connectivity: "signedOut", waiting: 1 },
  mail: { messages: 2_418 },
  mailoffline: { messages: 2_418, connectivity: "workingOffline", waiting: 3 },
  mailfailed: { messages: 40, mailboxMessage: "The mailbox does not answer. Satchel tries again by itself." },
  edited: { waiting: 3, held: 1 },
};

export function shown(query: string): Memory {
  return memoryBackend(SHOWS[new URLSearchParams(query).get("show") ?? ""] ?? SHOWS.mail);
}

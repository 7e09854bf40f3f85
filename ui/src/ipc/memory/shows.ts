/** What `?show=…` shows when the page runs in a plain browser, for pictures of states that are hard to reach. */
import type { Cell } from "../types.gen";
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
  outbox: {},
  record: {},
};

export function shown(query: string): Memory {
  const show = new URLSearchParams(query).get("show") ?? "";
  const backend = memoryBackend(SHOWS[show] ?? SHOWS.mail);
  if (show === "outbox" || show === "record") edit(backend, show === "outbox");
  return backend;
}

/** Edits of every kind, and for the outbox every state they can be in. */
function edit({ tables, edits }: Memory, hasTrouble: boolean) {
  const [accounts, contacts, deals] = tables;
  const [deal, other, third] = deals?.records ?? [];
  const [account, person] = [accounts?.records[0], contacts?.records[0]];
  if (!deal || !other || !third || !account || !person) return;
  const { save_record: save, delete_record: remove } = edits.answers;
  const value = (exact: string): Cell => ({ kind: "money", exact, currency: "EUR" });
  const text = (words: string): Cell => ({ kind: "text", text: words });
  save({
    table: "opportunity", id: deal.id,
    values: [{ column: "estimatedvalue", cell: value("184000.00") }, { column: "estimatedclosedate", cell: { kind: "date", day: "2026-12-18" } }],
  });
  if (!hasTrouble) return;
  save({ table: "account", id: null, values: [{ column: "name", cell: text("Port of Lorne") }] });
  save({ table: "contact", id: null, values: [{ column: "firstname", cell: text("Tomás") }, { column: "lastname", cell: text("Ferreira") }] });
  save({ table: "opportunity", id: other.id, values: [{ column: "description", cell: text("Four winches, in one lot.") }] });
  save({ table: "account", id: account.id, values: [{ column: "address1_city", cell: text("Bodø") }] });
  remove({ table: "opportunity", id: third.id });
  const [clashed, made, waits, refused, sending] = edits.outbox;
  if (!clashed || !made || !waits || !refused || !sending) return;
  edits.clash(clashed.entry, { estimatedvalue: value("150000.00") });
  edits.refuse(refused.entry, "You are not allowed to change this opportunity (prvWriteOpportunity).");
  const found = { name: account.name, columns: [{ label: "Main Phone", cell: text("+47 75 50 01 20") }, { label: "City", cell: text("Bodø") }] };
  edits.alike(made.entry, [
    { table: "account", id: account.id, found },
    { table: "account", id: "5b0c7a52-3f9e-4f3a-9c39-0d9a1c2e7b11", found: null },
  ]);
  waits.state = { state: "waitsFor", name: "Port of Lorne" };
  Object.assign(sending, { state: { state: "sending" }, mayDiscard: false });
}

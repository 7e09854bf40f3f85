/** The mailbox in memory: it answers the mail commands, and CRM takes whatever is tracked. */
import { AskError, type Command, type Reply, type Request } from "../backend";
import type { FolderHead, MailboxHead, MessageRow, Person, PersonRecord, RegardingHead, Topic } from "../types.gen";
import { deal, letters, parties, SELF, type Letter } from "./letters";
import { plain, type SampleTable } from "./sample";

type MailCommand = Extract<
  Command,
  | "list_folders" | "list_messages" | "read_message" | "show_pictures" | "cancel_pictures" | "save_attachments" | "open_link" | "mark_read" | "correspondents" | "track" | "untrack"
  | "add_person" | "add_mailbox" | "cancel_add_mailbox" | "remove_mailbox" | "find_records"
>;

export type MailAnswers = { [C in MailCommand]: (request: Request<C>) => Reply<C> | Promise<Reply<C>> };

export interface MailSetting {
  /** How many messages the inbox holds; with none there is no mailbox. */
  messages?: number;
  /** What is wrong with the mailbox. */
  mailboxMessage?: string | null;
}

export interface Post {
  letters: Letter[];
  mailboxes: MailboxHead[];
  answers: MailAnswers;
}

const WORK = "work";
/** What every picture from the internet shows here. */
const DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const DOWNLOADS = "/downloads";
const FOLDERS: readonly Pick<FolderHead, "folder" | "name" | "depth" | "purpose">[] = [
  { folder: "inbox", name: "Inbox", depth: 0, purpose: "inbox" },
  { folder: "drafts", name: "Drafts", depth: 0, purpose: "drafts" },
  { folder: "sent", name: "Sent Items", depth: 0, purpose: "sent" },
  { folder: "archive", name: "Archive", depth: 0, purpose: "archive" },
  { folder: "offers", name: "Offers 2026", depth: 1, purpose: null },
  { folder: "junk", name: "Junk Email", depth: 0, purpose: "junk" },
];

export function post(tables: readonly SampleTable[], setting: MailSetting, now: number, tell: (...topics: Topic[]) => void): Post {
  const count = setting.messages ?? 0;
  const all = letters(tables, count, now);
  const head = (mailbox: string, address: string, isRemovable: boolean): MailboxHead => ({
    mailbox, address, isRemovable, isBusy: false, syncedAt: now - 60_000, message: isRemovable ? null : (setting.mailboxMessage ?? null), folders: [],
  });
  const mailboxes = count === 0 ? [] : [head(WORK, SELF.address, false)];
  let endWait: ((ended: AskError) => void) | null = null;

  const within = (folder: string) => all.filter((letter) => letter.folder === folder);
  const counted = (mailbox: string): FolderHead[] =>
    (mailbox === WORK ? FOLDERS : FOLDERS.slice(0, 1)).map((folder) => {
      const held = mailbox === WORK ? within(folder.folder) : [];
      return { ...folder, total: held.length, unread: held.filter(({ isRead }) => !isRead).length };
    });
  const find = (key: string): Letter => {
    const letter = all.find((each) => each.key === key);
    if (!letter) throw new AskError("notFound", "This message is not here any more. It was moved or deleted in the mailbox.");
    return letter;
  };
  const nameOf = (table: string, id: string) =>
    tables.find((each) => each.table === table)?.records.find((record) => record.id === id)?.name ?? KNOWN[id]?.name ?? "";

  const answers: MailAnswers = {
    list_folders: () => ({ mailboxes: mailboxes.map((mailbox) => ({ ...mailbox, folders: counted(mailbox.mailbox) })) }),
    list_messages: ({ mailbox, folder, first, count: asked, show }) => {
      const rows = mailbox === WORK ? within(folder).filter((letter) => passes(letter, show)) : [];
      return { total: rows.length, first, rows: rows.slice(first, first + asked).map(row) };
    },
    read_message: ({ key }) => {
      const { subject, from, to, cc, at, isRead, body, remotePictures, attachments, remarks, tracking } = find(key);
      return structuredClone({ key, subject, from, to, cc, at, isRead, body, blockedPictures: remotePictures, attachments, remarks, tracking, parties: parties(find(key)) });
    },
    show_pictures: ({ key }) => ({ body: find(key).body.replace(/src="https:[^"]*"/g, `src="${DOT}"`), missing: 0 }),
    cancel_pictures: () => ({}),
    save_attachments: ({ key, number }) => {
      const names = find(key).attachments.map(({ name }) => name);
      return { folder: DOWNLOADS, paths: (number === null ? names : names.slice(number, number + 1)).map((name) => `${DOWNLOADS}/${name}`) };
    },
    open_link: () => ({}),
    mark_read: ({ key, isRead }) => {
      find(key).isRead = isRead;
      tell("mail");
      return {};
    },
    correspondents: ({ key }) => ({ people: people(find(key), tables) }),
    track: ({ key, regarding }) => {
      const letter = find(key);
      const about: RegardingHead | null = regarding && { ...regarding, name: nameOf(regarding.table, regarding.id) };
      letter.tracking = letter.tracking.state === "tracked" ? { ...letter.tracking, regarding: about } : { state: "requested", regarding: about };
      tell("mail");
      return {};
    },
    untrack: ({ key }) => {
      find(key).tracking = { state: "untracked" };
      tell("mail");
      return {};
    },
    add_person: ({ key, table, name }) => {
      const record = { table, id: `new-${table}` };
      find(key).tracking = { state: "requested", regarding: { ...record, name } };
      tell("mail", "records");
      return { record };
    },
    add_mailbox: ({ address, password }) => {
      if (password === "slow") return new Promise((_, reject) => (endWait = reject));
      if (password === "wrong") throw new AskError("refused", "The server does not accept this user and password. Check both; some services want a password made for programs.");
      const mailbox = `mailbox-${mailboxes.length}`;
      mailboxes.push(head(mailbox, address, true));
      tell("mail");
      return { mailbox };
    },
    cancel_add_mailbox: () => {
      endWait?.(new AskError("cancelled", "Connecting was cancelled."));
      return {};
    },
    remove_mailbox: ({ mailbox }) => {
      mailboxes.splice(mailboxes.findIndex((each) => each.mailbox === mailbox), 1);
      tell("mail");
      return {};
    },
    find_records: ({ text, tables: sought, limit }) => {
      const words = text.trim().toLowerCase();
      const records = tables
        .filter(({ table }) => sought.includes(table))
        .flatMap(({ table, label, columns, records: held }) =>
          held
            .filter(({ name }) => words !== "" && name.toLowerCase().includes(words))
            .slice(0, limit)
            .map(({ id, name, cells }) => ({ table, tableLabel: label, id, name, detail: String(plain(cells[columns[1]?.column ?? ""])) })),
        );
      return { records: records.slice(0, limit) };
    },
  };
  return { letters: all, mailboxes, answers };
}

function passes({ isRead, tracking }: Letter, show: Request<"list_messages">["show"]): boolean {
  if (show === "unread") return !isRead;
  return show === "all" || tracking.state === "tracked" || tracking.state === "requested";
}

function row({ key, from, to, folder, subject, preview, at, isRead, attachments, tracking }: Letter): MessageRow {
  const other = folder === "sent" ? to[0] : from;
  return { key, correspondent: other?.name ?? other?.address ?? "", subject, preview, at, isRead, hasAttachments: attachments.length > 0, tracking: structuredClone(tracking) };
}

/** Records that the company in memory has no table for. */
const KNOWN: Record<string, { name: string }> = { "incident-1": { name: "Gearbox noise, winch 2" } };

function people(letter: Letter, tables: readonly SampleTable[]): Person[] {
  const contact = tables.find(({ table }) => table === "contact")?.records[0];
  const account = tables.find(({ table }) => table === "account")?.records[0];
  const customer = account ? { table: "account", id: account.id } : null;
  const winch: PersonRecord = {
    table: "contact", tableLabel: "Contact", id: contact?.id ?? "contact-0", name: "Ingrid Halvorsen", detail: "Purchasing manager · Halvorsen Marine", phone: "+47 55 00 00 00", customer,
    open: [
      { ...deal(tables, 0, "Winch line 4"), detail: "Propose · closes 18 Dec 2026", value: { kind: "money", exact: "184000.00", currency: "EUR" } },
      { ...deal(tables, 1, "Spare parts frame 2027"), detail: "Qualify · owner: you", value: { kind: "money", exact: "42000.00", currency: "EUR" } },
      { table: "incident", id: "incident-1", name: "Gearbox noise, winch 2", detail: "In progress · 4 days", value: { kind: "choice", value: 1, label: "High" } },
    ],
  };
  const plainRecord = (table: string, tableLabel: string, name: string, detail: string): PersonRecord => ({ table, tableLabel, id: `${table}-9`, name, detail, phone: null, customer: null, open: [] });
  const records: Record<string, PersonRecord[]> = {
    "ingrid@halvorsen-marine.example": [winch],
    "purchasing@halvorsen-marine.example": account ? [plainRecord("account", "Account", account.name, "Customer · Bergen")] : [],
    "li.haichuan@haichuan.example": [{ ...plainRecord("contact", "Contact", "李海川", "采购经理 · 海川机电"), phone: "+86 574 0000 0000", open: [{ ...deal(tables, 3, "样品试用"), detail: "Develop", value: { kind: "money", exact: "320000.00", currency: "CNY" } }] }],
    "m.kowalczyk@balticferries.example": [plainRecord("lead", "Lead", "Marta Kowalczyk", "Fleet manager · Baltic Ferries")],
    [SELF.address]: [plainRecord("systemuser", "User", "Salesperson", "you")],
    "servicedesk@northwind.example": [plainRecord("systemuser", "User", "Service desk", "Northwind")],
  };
  const person = (role: Person["role"]) => ({ name, address }: { name: string | null; address: string }): Person => ({ role, name, address, records: records[address] ?? [] });
  return [...(letter.from ? [letter.from] : []).map(person("from")), ...letter.to.map(person("to")), ...letter.cc.map(person("cc"))];
}

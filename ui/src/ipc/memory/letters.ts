/** Believable messages for the mailbox in memory: threads, Chinese, a newsletter, attachments, every state of tracking. All names are sample data. */
import type { AttachmentHead, Correspondent, MessagePage, PartyHead, Tracking } from "../types.gen";
import newsletter from "./newsletter.html?raw";
import type { SampleTable } from "./sample";

export interface Letter extends Omit<MessagePage, "body" | "blockedPictures" | "parties"> {
  folder: string;
  preview: string;
  body: string;
  /** How many pictures from the internet the body shows when they are asked for. */
  remotePictures: number;
}

export const SELF: Correspondent = { name: "Salesperson", address: "salesperson@northwind.example" };
const HOUR = 3_600_000;

const ingrid: Correspondent = { name: "Ingrid Halvorsen", address: "ingrid@halvorsen-marine.example" };
const purchasing: Correspondent = { name: null, address: "purchasing@halvorsen-marine.example" };
const li: Correspondent = { name: "李海川", address: "li.haichuan@haichuan.example" };
const lorne: Correspondent = { name: "Port of Lorne, Procurement", address: "procurement@portoflorne.example" };
const marta: Correspondent = { name: "Marta Kowalczyk", address: "m.kowalczyk@balticferries.example" };
const weekly: Correspondent = { name: "Deck & Crane Weekly", address: "news@deckandcrane.example" };
const tomas: Correspondent = { name: "Tomás Ferreira", address: "tomas@ferreira-yards.example" };
const desk: Correspondent = { name: "Service desk", address: "servicedesk@northwind.example" };

interface Draft {
  hoursAgo: number;
  from: Correspondent;
  to?: Correspondent[];
  cc?: Correspondent[];
  folder?: string;
  isRead?: boolean;
  subject: string;
  preview: string;
  body: string;
  remotePictures?: number;
  attachments?: AttachmentHead[];
  remarks?: string[];
  tracking?: (tables: readonly SampleTable[]) => Tracking;
}

const untracked: Tracking = { state: "untracked" };
const pdf = (name: string, size: number): AttachmentHead => ({ name, mediaType: "application/pdf", size });

/** The opportunity in row `index`, as what a message is about. */
export function deal(tables: readonly SampleTable[], index: number, name: string) {
  const id = tables.find(({ table }) => table === "opportunity")?.records[index]?.id ?? `opportunity-${index}`;
  return { table: "opportunity", id, name };
}

const trackedTo = (index: number, name: string) => (tables: readonly SampleTable[]): Tracking => ({
  state: "tracked", record: { table: "email", id: `email-${index}` }, regarding: deal(tables, index, name),
});

const DRAFTS: readonly Draft[] = [
  {
    hoursAgo: 1.5, from: ingrid, cc: [purchasing], isRead: true, subject: "Re: Offer 2411, winch line 4",
    preview: "Thank you, the board agrees to the revised price if the first two winches reach us",
    body: `<p>Hello,</p><p>thank you for the quick answer. The board agrees to the revised price if the first two winches reach us before the yard closes on 18 December. The remaining four may follow in February, as you proposed.</p><p>Could you confirm the split in writing, and send the new payment terms? Then we sign this week.</p><p>Kind regards,<br>Ingrid Halvorsen</p><blockquote><p>On Saturday you wrote:</p><p>We can take six per cent off if the order covers all six winches, and deliver in two lots…</p></blockquote>`,
    attachments: [pdf("offer-2411-r2.pdf", 253_952), { name: "delivery-split.xlsx", mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", size: 31_744 }],
    tracking: trackedTo(0, "Winch line 4"),
  },
  {
    hoursAgo: 2.1, from: li, subject: "关于六月份交货时间", preview: "您好，附件是更新后的交货计划，请确认第二批的到港日期",
    body: `<p>您好，</p><p>附件是更新后的交货计划，请确认第二批的到港日期。宁波港六月中旬泊位紧张，建议提前三天到港。</p><p>此致<br>李海川</p>`,
    attachments: [pdf("交货计划.pdf", 88_120)], tracking: (tables) => ({ state: "requested", regarding: deal(tables, 3, "样品试用") }),
  },
  {
    hoursAgo: 2.9, from: lorne, subject: "Tender 88-B: clarifications", preview: "Please find our answers to the questions of 12 November",
    body: `<p>Dear bidder,</p><p>please find our answers to the questions of 12 November. Bids close on Friday at noon; they are opened in public.</p><ol><li>Lifting height is measured from the quay.</li><li>Spare parts for five years are part of the price.</li></ol><p>See <a href="https://portoflorne.example/tenders/88-B">the tender</a> for the drawings.</p>`,
  },
  {
    hoursAgo: 3.4, from: marta, isRead: true, subject: "Warranty case, gearbox", preview: "The replacement arrived damaged, photos attached",
    body: `<p>Good morning,</p><p>the replacement arrived damaged, photos attached. The vessel sails on Thursday: what can you do until then?</p><p>Marta Kowalczyk</p>`,
    attachments: [{ name: "gearbox-1.jpg", mediaType: "image/jpeg", size: 1_204_224 }, { name: "gearbox-2.jpg", mediaType: "image/jpeg", size: 988_160 }],
    tracking: (tables) => ({ state: "failed", message: "Your role may not create emails in CRM. Ask whoever administers it.", regarding: deal(tables, 2, "Deck crane overhaul") }),
  },
  {
    hoursAgo: 26, from: weekly, isRead: true, subject: "What the new emission rules mean", preview: "This week: eleven ports, one regulation, and what it costs to wait",
    body: newsletter, remotePictures: 1,
  },
  {
    hoursAgo: 27, from: ingrid, isRead: true, subject: "Offer 2411, winch line 4", preview: "Before Monday I need the delivery split and the payment terms",
    body: `<p>Hello,</p><p>before Monday I need the delivery split and the payment terms.</p><p>Ingrid</p>`, tracking: trackedTo(0, "Winch line 4"),
  },
  {
    hoursAgo: 50, from: tomas, isRead: true, subject: "Lunch on the 3rd?", preview: "I am in town for the fair and would like to meet the new team",
    body: `<p>I am in town for the fair and would like to meet the new team. Lunch on the 3rd?</p><p>Tomás</p>`,
  },
  {
    hoursAgo: 53, from: desk, isRead: true, subject: "Ticket 5120 closed", preview: "Your request was closed with the resolution: new key issued",
    body: `<p>Your request was closed with the resolution: new key issued.</p>`,
    tracking: () => ({ state: "notAllowed", message: "Messages among colleagues are not tracked in this organisation." }),
  },
  {
    hoursAgo: 55, from: li, isRead: true, subject: "回复：样品检测报告", preview: "检测结果已收到，技术部门认为可以进入下一步",
    body: `<p>检测结果已收到，技术部门认为可以进入下一步。</p><p>李海川</p>`, remarks: ["A part of this message was damaged and is not shown."], tracking: trackedTo(3, "样品试用"),
  },
  {
    hoursAgo: 30, from: SELF, to: [ingrid], folder: "sent", isRead: true, subject: "Offer 2411, revised", preview: "We can take six per cent off if the order covers all six winches",
    body: `<p>We can take six per cent off if the order covers all six winches, and deliver in two lots.</p>`, tracking: trackedTo(0, "Winch line 4"),
  },
];

/** Whom the record of a tracked letter names. */
export function parties({ from, to, cc, tracking }: Letter): PartyHead[] {
  if (tracking.state !== "tracked") return [];
  const called = ({ name, address }: Correspondent) => name ?? address;
  return [
    ...(from === null ? [] : [{ role: "from" as const, name: called(from) }]),
    ...to.map((person) => ({ role: "to" as const, name: called(person) })),
    ...cc.map((person) => ({ role: "cc" as const, name: called(person) })),
  ];
}

/** `count` messages of the inbox, the oldest of them made up of the first ones again, and what else there is. */
export function letters(tables: readonly SampleTable[], count: number, now: number): Letter[] {
  const inbox = DRAFTS.filter(({ folder }) => folder === undefined);
  const rest = DRAFTS.filter(({ folder }) => folder !== undefined);
  const of = (draft: Draft, key: string, at: number, isOld: boolean): Letter => ({
    key, at, folder: draft.folder ?? "inbox", from: draft.from, to: draft.to ?? [SELF], cc: draft.cc ?? [], subject: draft.subject, preview: draft.preview,
    body: draft.body, isRead: isOld || (draft.isRead ?? false), attachments: draft.attachments ?? [], remarks: draft.remarks ?? [],
    remotePictures: draft.remotePictures ?? 0, tracking: isOld ? untracked : (draft.tracking?.(tables) ?? untracked),
  });
  return [
    ...Array.from({ length: count }, (_, index) => {
      const draft = inbox[index % inbox.length] as Draft;
      const round = Math.floor(index / inbox.length);
      return of(draft, `message-${index}`, now - (draft.hoursAgo + round * 60) * HOUR, round > 0);
    }),
    ...rest.map((draft, index) => of(draft, `other-${index}`, now - draft.hoursAgo * HOUR, false)),
  ];
}

/** The mail place, as a user has it. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { AskError, type MessageRow } from "../../ipc";
import type { Memory, Setting } from "../../ipc/memory";
import { paneOf } from "../../kit/panes";
import { expectAccessible, open, requests, type Opened } from "../../testing/desk";

const options = () => within(screen.getByRole("listbox", { name: /^Messages in/ })).getAllByRole("option");
const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");
const button = (name: string | RegExp) => screen.findByRole("button", { name });
const command = (name: string) => within(screen.getByRole("toolbar")).getByRole("button", { name });
const dialog = () => screen.findByRole("dialog");
const pane = () => paneOf(document.activeElement);
const frame = () => document.querySelector("iframe");
const item = () => within(document.querySelector("[data-pane=item]") as HTMLElement);
const context = () => within(document.querySelector("[data-pane=context]") as HTMLElement);

beforeEach(() => localStorage.clear());

async function openMail(setting: Setting = {}, prepare?: (backend: Memory) => void): Promise<Opened> {
  const opened = open({ messages: 240, ...setting }, prepare);
  await opened.user.click(await screen.findByRole("button", { name: "Mail" }));
  return opened;
}

/** The mail with the message of this subject open. */
async function openMessage(subject: string, setting: Setting = {}, prepare?: (backend: Memory) => void): Promise<Opened> {
  const opened = await openMail(setting, prepare);
  await opened.user.click((await screen.findAllByText(subject))[0] as HTMLElement);
  await screen.findByRole("heading", { name: subject });
  await waitFor(() => expect(frame()).not.toBeNull());
  return opened;
}

const message = (index: number): MessageRow => ({
  key: `key ${index}`, correspondent: `Person ${index}`, subject: `Subject ${index}`, preview: "", at: 0, isRead: true, hasAttachments: false, tracking: { state: "untracked" },
});

describe("the list", () => {
  it("says who, what, when, whether it is read and how it is tracked", async () => {
    await openMail();
    const [first, second, , fourth] = await waitFor(options);
    expect(first?.textContent).toMatch(/Ingrid Halvorsen.*Re: Offer 2411, winch line 4.*Winch line 4/);
    expect(within(first as HTMLElement).queryByText("Unread")).toBeNull();
    expect(within(second as HTMLElement).getByText("Unread")).toBeTruthy();
    expect(within(second as HTMLElement).getByText("Tracking…")).toBeTruthy();
    expect(within(fourth as HTMLElement).getByText("Not tracked")).toBeTruthy();
    expect([first?.getAttribute("aria-posinset"), first?.getAttribute("aria-setsize")]).toEqual(["1", "240"]);
    expect(screen.getByRole("status").textContent).toContain("240 messages · 2 unread");
    await expectAccessible();
  });

  it("of a hundred thousand messages asks only for the blocks in sight", async () => {
    const { backend, user } = await openMail({}, (made) => {
      made.on("list_messages", ({ first, count }) => ({ total: 100_000, first, rows: Array.from({ length: count }, (_, index) => message(first + index)) }));
    });
    await screen.findByText("Subject 0");
    await user.keyboard("{End}");
    await screen.findAllByText("Subject 99999");
    expect(options().length).toBeLessThan(60);
    const firsts = requests(backend, "list_messages").map((request) => (request as { first: number }).first);
    expect([...new Set(firsts)].sort((a, b) => a - b)).toEqual([0, 99_900]);
  });

  it("is walked by the arrows, a screenful at a time and to its ends", async () => {
    const { user } = await openMail();
    await waitFor(options);
    await user.keyboard("{Home}{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(chosen()?.getAttribute("aria-posinset")).toBe("2");
    await user.keyboard("{PageDown}");
    expect(Number(chosen()?.getAttribute("aria-posinset"))).toBeGreaterThan(5);
    await user.keyboard("{End}");
    await waitFor(() => expect(chosen()?.getAttribute("aria-posinset")).toBe("240"));
    await user.keyboard("{Home}{Enter}");
    expect(pane()).toBe("item");
    await user.keyboard("{Escape}");
    expect(pane()).toBe("list");
  });

  it.each([["Unread", 2], ["Tracked", 4]])("shows only %s", async (name, count) => {
    const { user } = await openMail();
    await waitFor(options);
    await user.click(await button(name));
    await waitFor(() => expect(options()[0]?.getAttribute("aria-setsize")).toBe(String(count)));
  });

  it("keeps the chosen message when a new one comes above it", async () => {
    const { backend } = await openMessage("Tender 88-B: clarifications");
    const [newest] = backend.post.letters;
    if (newest) backend.post.letters.unshift({ ...newest, key: "new", subject: "Just in" });
    act(() => backend.tell("mail"));
    await screen.findByText("Just in");
    await waitFor(() => expect(chosen()?.textContent).toContain("Tender 88-B"));
    screen.getByRole("heading", { name: "Tender 88-B: clarifications" });
  });

  it("says what is wrong when it cannot be read, and tries again", async () => {
    const { backend, user } = await openMail({}, (made) => made.on("list_messages", () => Promise.reject(new AskError("storage", "The disk is full."))));
    await screen.findByText("The disk is full.");
    backend.on("list_messages", () => ({ total: 0, first: 0, rows: [] }));
    await user.click(await button("Try again"));
    await screen.findByText("This folder is empty.");
  });
});

describe("the folders", () => {
  it("say how much is unread, and show what one chooses", async () => {
    const { user } = await openMail();
    await screen.findByRole("treeitem", { name: "Inbox, 2 unread", selected: true });
    await user.click(screen.getByRole("treeitem", { name: "Sent Items" }));
    await screen.findByRole("heading", { name: "Sent Items" });
    await screen.findByText("Offer 2411, revised");
  });

  it("are walked by the arrows", async () => {
    const { user } = await openMail();
    (await screen.findByRole("treeitem", { name: /^Inbox/ })).focus();
    await user.keyboard("{ArrowDown}");
    await screen.findByText("This folder is empty.");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Drafts");
  });

  it("say what is wrong with their mailbox", async () => {
    await openMail({ mailboxMessage: "The mailbox does not answer." });
    await screen.findByText("The mailbox does not answer.");
  });

  it("are reached by F6 with everything else, and by Ctrl+6", async () => {
    const { user } = await openMail();
    await waitFor(() => expect(pane()).toBe("list"));
    const round: unknown[] = [];
    for (let step = 0; step < 6; step += 1) {
      await user.keyboard("{F6}");
      round.push(pane());
    }
    expect(round).toEqual(["item", "context", "rail", "commands", "folders", "list"]);
    await user.keyboard("{Control>}6{/Control}");
    expect(pane()).toBe("folders");
  });

  it("keep the width they were given", async () => {
    await openMail();
    const edge = await screen.findByRole("separator", { name: "Width of the folders" });
    const before = Number(edge.getAttribute("aria-valuenow"));
    fireEvent.keyDown(edge, { key: "ArrowRight" });
    expect(Number(edge.getAttribute("aria-valuenow"))).toBeGreaterThan(before);
    expect(localStorage.getItem("width.mail.folders")).toBe(edge.getAttribute("aria-valuenow"));
  });
});

describe("an opened message", () => {
  it("is marked read once, and stays unread when the user says so", async () => {
    const { backend, user } = await openMessage("Tender 88-B: clarifications");
    await waitFor(() => expect(requests(backend, "mark_read")).toEqual([{ mailbox: "work", key: "message-2", isRead: true }]));
    await waitFor(() => expect(command("Mark unread").getAttribute("aria-disabled")).not.toBe("true"));
    await user.keyboard("{Control>}u{/Control}");
    await waitFor(() => expect(backend.post.letters[2]?.isRead).toBe(false));
    await user.keyboard("{Control>}q{/Control}");
    await waitFor(() => expect(backend.post.letters[2]?.isRead).toBe(true));
    expect(requests(backend, "mark_read")).toHaveLength(3);
  });

  it("shows its attachments by name and size, and what could not be read", async () => {
    await openMessage("Re: Offer 2411, winch line 4");
    expect(within(screen.getByRole("list", { name: "Attachments" })).getAllByRole("listitem").map((file) => file.textContent)).toEqual(["offer-2411-r2.pdf248 kBSave", "delivery-split.xlsx31 kBSave"]);
    await expectAccessible();
  });

  it("saves its attachments one by one or all at once, and says where", async () => {
    const { backend, user } = await openMessage("Re: Offer 2411, winch line 4");
    await user.click(await button("Save delivery-split.xlsx"));
    await item().findByText("Saved as /downloads/delivery-split.xlsx");
    await user.click(await button("Save all"));
    await item().findByText("2 files were saved in /downloads: offer-2411-r2.pdf, delivery-split.xlsx");
    expect(requests(backend, "save_attachments")).toEqual([1, null].map((number) => ({ mailbox: "work", key: "message-0", number })));
    await expectAccessible();
  });

  it("says why an attachment could not be saved, and saves it by keyboard once it can be", async () => {
    const { backend, user } = await openMessage("Re: Offer 2411, winch line 4", {}, (made) => made.on("save_attachments", () => Promise.reject(new AskError("storage", "There is no room left in /d."))));
    const save = await button("Save offer-2411-r2.pdf");
    save.focus();
    await user.keyboard("{Enter}");
    await item().findByText("There is no room left in /d.");
    backend.on("save_attachments", () => ({ folder: "/d", paths: ["/d/offer-2411-r2 (2).pdf"] }));
    await user.keyboard("{Enter}");
    await item().findByText("Saved as /d/offer-2411-r2 (2).pdf");
    expect(item().queryByText("There is no room left in /d.")).toBeNull();
  });

  it("opens a link after saying where it leads, by keyboard alone", async () => {
    const { backend, user } = await openMessage("Tender 88-B: clarifications");
    (await button("1 link")).focus();
    await user.keyboard("{Enter}");
    (await button("the tender portoflorne.example")).focus();
    await user.keyboard("{Enter}");
    within(await dialog()).getByText("https://portoflorne.example/tenders/88-B");
    await expectAccessible();
    expect(requests(backend, "open_link")).toEqual([]);
    await user.click(await button("Open in the browser"));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(requests(backend, "open_link")).toEqual([{ address: "https://portoflorne.example/tenders/88-B" }]);
  });

  it("warns of a link whose words are another address, and says why nothing opened", async () => {
    const { user } = await openMessage("Tender 88-B: clarifications", {}, (made) => {
      const read = made.answer("read_message");
      made.on("read_message", async (request) => ({ ...(await read(request)), body: '<a href="https://evil.example/">portoflorne.example</a>' }));
      made.on("open_link", () => Promise.reject(new AskError("refused", "The browser does not start.")));
    });
    await user.click(await button("1 link"));
    await user.click(await button(/^portoflorne.example/));
    within(await dialog()).getByText(/Its words are “portoflorne.example”, but it leads to evil.example/);
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Cancel"));
    await user.click(await button("Open in the browser"));
    await within(await dialog()).findByText("The browser does not start.");
  });

  it("asks for pictures from the internet only when told, for this once", async () => {
    const { backend, user } = await openMessage("What the new emission rules mean");
    expect(frame()?.srcdoc).not.toContain("harbour.jpg");
    expect(requests(backend, "show_pictures")).toEqual([]);
    await user.click(await button("Show once"));
    await waitFor(() => expect(frame()?.srcdoc).toContain("R0lGODlhAQABA"));
    expect(frame()?.srcdoc).not.toContain("harbour.jpg");
    expect(requests(backend, "show_pictures")).toEqual([{ mailbox: "work", key: "message-4" }]);
    expect(screen.queryByRole("button", { name: "Show once" })).toBeNull();
    expect(pane()).toBe("item");
  });

  it("says that pictures are coming, and stops getting them when it is left", async () => {
    const { backend, user } = await openMessage("What the new emission rules mean", {}, (made) => made.on("show_pictures", () => new Promise(() => {})));
    await user.click(await button("Show once"));
    await screen.findByText("Getting pictures from the internet…");
    expect(requests(backend, "cancel_pictures")).toEqual([]);
    await user.click((await screen.findAllByText("Lunch on the 3rd?"))[0] as HTMLElement);
    await waitFor(() => expect(requests(backend, "cancel_pictures")).toEqual([{}]));
  });

  it("counts the pictures that could not be had, and says why none could be asked for", async () => {
    const { backend, user } = await openMessage("What the new emission rules mean", {}, (made) =>
      made.on("show_pictures", () => Promise.reject(new AskError("offline", "You work offline."))),
    );
    await user.click(await button("Show once"));
    await screen.findByText("You work offline.");
    backend.on("show_pictures", () => ({ body: "<p>half</p>", missing: 2 }));
    await user.click(await button("Try again"));
    await screen.findByText("2 pictures could not be had.");
    expect(frame()?.srcdoc).toContain("<p>half</p>");
  });

  it("gives the keyboard back after a click into it", async () => {
    const { user } = await openMessage("Re: Offer 2411, winch line 4");
    frame()?.focus();
    fireEvent.blur(window);
    await waitFor(() => expect(document.activeElement?.tagName).toBe("SECTION"));
    expect(pane()).toBe("item");
    await user.keyboard("{Control>}.{/Control}");
    await screen.findByRole("heading", { name: "关于六月份交货时间" });
  });

  it("whose text is not here yet says that it is coming", async () => {
    const { backend, user } = await openMail({}, (made) => {
      const read = made.answer("read_message");
      made.on("read_message", async (request) => ({ ...(await read(request)), body: null }));
    });
    await user.click((await waitFor(options))[2] as HTMLElement);
    await screen.findByText("The text is not on this laptop yet.");
    expect(requests(backend, "mark_read")).toEqual([]);
  });
});

describe("tracking", () => {
  it("says who takes part by the record in CRM", async () => {
    await openMessage("Re: Offer 2411, winch line 4");
    expect(item().getByText(/from Ingrid Halvorsen · to Salesperson · copy to purchasing@/)).toBeTruthy();
  });

  it("is one command, and says that it is under way", async () => {
    const { backend, user } = await openMessage("Tender 88-B: clarifications");
    await user.click(command("Track"));
    await item().findByText("Tracking…");
    expect(requests(backend, "track")).toEqual([{ mailbox: "work", key: "message-2", regarding: null }]);
    await waitFor(() => expect(command("Track").getAttribute("aria-disabled")).toBe("true"));
  });

  it.each(["{Control>}{Alt>}x{/Alt}{/Control}", "{Control>};{/Control}x"])("is on one chord with untracking: %s", async (keys) => {
    const { backend, user } = await openMessage("Tender 88-B: clarifications");
    await user.keyboard(keys);
    await waitFor(() => expect(requests(backend, "track")).toHaveLength(1));
    await item().findByText("Tracking…");
    await user.keyboard(keys);
    within(await dialog()).getByText("Untrack this message?");
  });

  it("regarding what one looked up by keyboard alone", async () => {
    const { backend, user } = await openMessage("Tender 88-B: clarifications");
    const name = backend.tables[2]?.records[5]?.name ?? "";
    await user.keyboard("{Control>}{Alt>}g{/Alt}{/Control}");
    const box = await screen.findByRole("combobox", { name: "Look up a record" });
    await waitFor(() => expect(document.activeElement).toBe(box));
    await user.keyboard(name);
    const hits = within(screen.getByRole("listbox", { name: "Records" }));
    await hits.findByRole("option", { name: new RegExp(`^${name}.*Opportunity`), selected: true });
    await expectAccessible();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(requests(backend, "track")).toEqual([{ mailbox: "work", key: "message-2", regarding: { table: "opportunity", id: backend.tables[2]?.records[5]?.id } }]));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(pane()).toBe("list"));
  });

  it("offers what is open with the customer before anything is typed", async () => {
    const { backend, user } = await openMessage("Re: Offer 2411, winch line 4");
    await user.click(command("Set regarding"));
    await screen.findByRole("option", { name: /^Spare parts frame 2027/ });
    await waitFor(() => expect(document.activeElement?.getAttribute("role")).toBe("combobox"));
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(requests(backend, "track")).toMatchObject([{ regarding: { id: backend.tables[2]?.records[1]?.id } }]));
    await item().findByText("regarding " + (backend.tables[2]?.records[1]?.name ?? ""));
  });

  it("that is undone may leave the record in CRM", async () => {
    const { backend, user } = await openMessage("Re: Offer 2411, winch line 4");
    await user.click(item().getByRole("button", { name: "Untrack" }));
    await user.click(within(await dialog()).getByRole("button", { name: "Untrack" }));
    await waitFor(() => expect(requests(backend, "untrack")).toEqual([{ mailbox: "work", key: "message-0", deleteRecord: false }]));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("T-17 that is undone with its record asks a second time, naming the record", async () => {
    const { backend, user } = await openMessage("Re: Offer 2411, winch line 4");
    await user.click(command("Untrack"));
    await user.click(within(await dialog()).getByRole("radio", { name: "Delete the email from CRM too" }));
    await user.click(within(await dialog()).getByRole("button", { name: "Untrack" }));
    await screen.findByText(/The email “Re: Offer 2411, winch line 4” is deleted from CRM/);
    expect(requests(backend, "untrack")).toEqual([]);
    await expectAccessible();
    await user.click(await button("Delete it from CRM"));
    await waitFor(() => expect(requests(backend, "untrack")).toEqual([{ mailbox: "work", key: "message-0", deleteRecord: true }]));
  });

  it("that failed says why", async () => {
    await openMessage("Warranty case, gearbox");
    expect(item().getByText(/Your role may not create emails/)).toBeTruthy();
    item().getByRole("button", { name: "Outbox" });
  });

  it("that is not allowed is grey and says why", async () => {
    const { user } = await openMessage("Ticket 5120 closed");
    expect(item().getByText(/Messages among colleagues are not tracked/)).toBeTruthy();
    await waitFor(() => expect(command("Track").getAttribute("aria-disabled")).toBe("true"));
    await user.hover(command("Track"));
    expect((await screen.findAllByText("This message may not be tracked.")).length).toBeGreaterThan(0);
  });
});

describe("the CRM pane", () => {
  it("says who each correspondent is, and what is open with them", async () => {
    await openMessage("Re: Offer 2411, winch line 4");
    await context().findByText("Contact · Purchasing manager · Halvorsen Marine");
    expect(context().getByText("User · you")).toBeTruthy();
    expect(context().getByText("€42,000.00")).toBeTruthy();
    expect(context().getByText("Open cases")).toBeTruthy();
  });

  it("tracks regarding what one clicks on", async () => {
    const { backend, user } = await openMessage("Re: Offer 2411, winch line 4");
    await user.click(await context().findByRole("button", { name: /Spare parts frame 2027/ }));
    await waitFor(() => expect(requests(backend, "track")).toMatchObject([{ regarding: { table: "opportunity", id: backend.tables[2]?.records[1]?.id } }]));
  });

  it("opens a record, and Esc leads back to the message", async () => {
    const { backend, user } = await openMessage("Re: Offer 2411, winch line 4");
    await user.click(within(await context().findByRole("article", { name: "Ingrid Halvorsen" })).getByRole("button", { name: "Open" }));
    await screen.findByRole("heading", { name: backend.tables[1]?.records[0]?.name ?? "" });
    await user.keyboard("{Escape}");
    await screen.findByRole("heading", { name: "Re: Offer 2411, winch line 4" });
  });

  it("adds whom CRM does not know, with the name and address at hand", async () => {
    const { backend, user } = await openMessage("Tender 88-B: clarifications");
    await user.click(await context().findByRole("button", { name: "Add…" }));
    const asked = within(await dialog());
    expect(asked.getByLabelText<HTMLInputElement>("Name").value).toBe("Port of Lorne, Procurement");
    expect(asked.getByLabelText<HTMLInputElement>("Address").value).toBe("procurement@portoflorne.example");
    await expectAccessible();
    await user.click(asked.getByRole("radio", { name: "Account" }));
    await user.click(asked.getByRole("button", { name: "Add and track" }));
    await waitFor(() =>
      expect(requests(backend, "add_person")).toEqual([
        { mailbox: "work", key: "message-2", address: "procurement@portoflorne.example", name: "Port of Lorne, Procurement", table: "account" },
      ]),
    );
  });
});

describe("adding a mailbox", () => {
  const fill = async ({ user }: Opened, password: string) => {
    await user.click(await button("Add mailbox"));
    await user.type(await screen.findByLabelText("Address"), "me@post.example");
    expect(screen.getByLabelText<HTMLInputElement>("User").value).toBe("me@post.example");
    expect(screen.getByLabelText<HTMLInputElement>("Port").value).toBe("993");
    await user.type(screen.getByLabelText("Server"), "imap.post.example");
    expect(screen.getByLabelText<HTMLInputElement>("Password").type).toBe("password");
    await user.type(screen.getByLabelText("Password"), `${password}{Enter}`);
  };

  it("shows it in the tree, from where it can be removed again", async () => {
    const opened = await openMail();
    await fill(opened, "right");
    await screen.findByRole("tree", { name: "me@post.example" });
    expect(requests(opened.backend, "add_mailbox")).toEqual([{ address: "me@post.example", server: "imap.post.example", port: 993, user: "me@post.example", password: "right" }]);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await opened.user.click(await button("Remove me@post.example"));
    await opened.user.click(await button("Remove it"));
    await waitFor(() => expect(screen.queryByRole("tree", { name: "me@post.example" })).toBeNull());
  });

  it("says what is wrong, and keeps what was typed", async () => {
    await fill(await openMail(), "wrong");
    expect((await screen.findByRole("alert")).textContent).toContain("does not accept this user and password");
    expect(screen.getByLabelText<HTMLInputElement>("Server").value).toBe("imap.post.example");
    await expectAccessible();
  });

  it("can be cancelled while it waits", async () => {
    const opened = await openMail();
    await fill(opened, "slow");
    await screen.findByText("Connecting…");
    await opened.user.click(await button("Cancel"));
    expect((await screen.findByRole("alert")).textContent).toContain("Nothing was stored");
    expect(requests(opened.backend, "cancel_add_mailbox")).toEqual([{}]);
  });

  it("asks nobody before everything is filled in", async () => {
    const { backend, user } = await openMail({ messages: 0 });
    await screen.findByText("There is no mailbox yet.");
    await user.click((await screen.findAllByRole("button", { name: "Add mailbox" }))[0] as HTMLElement);
    await user.click(await button("Connect"));
    expect((await screen.findByRole("alert")).textContent).toContain("Fill in");
    expect(requests(backend, "add_mailbox")).toEqual([]);
  });
});

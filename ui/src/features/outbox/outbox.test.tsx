/** The outbox: what waits, what needs the user, and the user's word on it. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { AskError, type Cell } from "../../ipc";
import { focusPane } from "../../kit/panes";
import { expectAccessible, open, openList, requests, type Opened } from "../../testing/desk";

const money = (exact: string): Cell => ({ kind: "money", exact, currency: "EUR" });
const text = (words: string): Cell => ({ kind: "text", text: words });

/** The outbox with one changed opportunity in it. */
async function changedDeal(prepare: (opened: Opened, entry: string) => void = () => undefined) {
  const opened = await openList();
  const { backend, user } = opened;
  const deal = backend.tables[2]?.records[0];
  if (!deal) throw new Error("no sample");
  deal.cells.estimatedvalue = money("196000.0000");
  await backend.ask("save_record", { table: "opportunity", id: deal.id, values: [{ column: "estimatedvalue", cell: money("184000") }] });
  const entry = backend.edits.outbox[0]?.entry ?? "";
  act(() => prepare(opened, entry));
  await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
  await screen.findByRole("heading", { name: "Outbox" });
  await screen.findAllByText("Est. Value");
  return { ...opened, deal, entry, value: () => backend.tables[2]?.records.find(({ id }) => id === deal.id)?.cells.estimatedvalue };
}

const clashed = ({ backend }: Opened, entry: string) => backend.edits.clash(entry, { estimatedvalue: money("150000") });
const button = (name: RegExp) => screen.getByRole("button", { name });

describe("the outbox", () => {
  it("says what changed from what to what, in which record, and that it waits", async () => {
    const { deal } = await changedDeal();
    expect(screen.getByText("€196,000.00 → €184,000.00")).toBeTruthy();
    const row = screen.getByText("Est. Value").closest("tr");
    expect(row?.textContent).toContain(`${deal.name}Opportunity`);
    expect(row?.textContent).toContain("Waits");
    await expectAccessible();
  });

  it("that is empty says so", async () => {
    const { user } = open();
    await screen.findByRole("grid");
    await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
    await screen.findByText("Nothing waits.");
    await expectAccessible();
  });

  it("empties by itself once CRM has everything", async () => {
    const { backend } = await changedDeal();
    act(() => backend.edits.land());
    await screen.findByText("Nothing waits.");
  });

  it("counts on the rail and in the status bar what needs the user", async () => {
    await changedDeal(clashed);
    const outbox = await screen.findByRole("button", { name: "Outbox" });
    await waitFor(() => expect(outbox.getAttribute("aria-description")).toBe("1 needs you"));
    expect(outbox.textContent).toBe("1Outbox");
    expect(screen.getByRole("status").textContent).toContain("1 needs you");
  });

  it("shows of a clash both values and what was there before", async () => {
    await changedDeal(clashed);
    await screen.findByText("Somebody else changed the same in CRM. Choose which stays.");
    for (const words of ["Yours: €184,000.00", "In CRM: €150,000.00", "Before: €196,000.00"]) expect(screen.getByText(words)).toBeTruthy();
    await expectAccessible();
  });

  it("keeps mine when told to", async () => {
    const { backend, user, entry, value } = await changedDeal(clashed);
    await user.click(button(/^Keep mine$/));
    await waitFor(() => expect(requests(backend, "keep_mine")).toEqual([{ entry }]));
    await screen.findByText("Waits");
    expect(value()).toMatchObject({ exact: "184000" });
  });

  it("takes theirs when told to, by keyboard alone, and keeps the focus here", async () => {
    const { user, value } = await changedDeal(clashed);
    const wanted = await screen.findByRole("button", { name: /^Take theirs$/ });
    // From the pane, where the focus comes home to.
    act(() => void focusPane("list"));
    expect(wanted.tabIndex).toBe(0);
    wanted.focus();
    await user.keyboard("{Enter}");
    await screen.findByText("Nothing waits.");
    expect(value()).toMatchObject({ exact: "150000" });
    await waitFor(() => expect(document.activeElement?.closest("[data-pane='list']")).not.toBeNull());
  });

  it("shows a refusal in CRM's words and sends it again when told to", async () => {
    const { backend, user, entry } = await changedDeal(({ backend: made }, id) => made.edits.refuse(id, "You lack prvWriteOpportunity."));
    await screen.findByText("CRM refused it: You lack prvWriteOpportunity.");
    await user.click(button(/^Try again$/));
    await waitFor(() => expect(requests(backend, "retry_entry")).toEqual([{ entry }]));
  });

  it("shows what a new record may be a duplicate of, opens it, and saves anyway when told to", async () => {
    const { backend, user } = await openList();
    const like = backend.tables[0]?.records[0];
    if (!like) throw new Error("no sample");
    await backend.ask("save_record", { table: "account", id: null, values: [{ column: "name", cell: text(like.name) }] });
    const entry = backend.edits.outbox[0]?.entry ?? "";
    const found = { name: like.name, columns: [{ label: "City", cell: text("Lorne") }, { label: "Revenue", cell: money("1250.5") }] };
    act(() => backend.edits.alike(entry, [{ table: "account", id: like.id, found }, { table: "account", id: "far", found: null }]));
    await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");

    const list = await screen.findByRole("list", { name: "Records like this one" });
    const [near, far] = within(list).getAllByRole("listitem");
    expect(near?.textContent).toContain(`${like.name}City: Lorne · Revenue: €1,250.50`);
    expect(far?.textContent).toBe("One that is not on this device, or not any more (far).");
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
    await expectAccessible();

    button(new RegExp(`^Open “${like.name}”$`)).focus();
    await user.keyboard("{Enter}");
    await screen.findByRole("heading", { name: like.name });
    await user.keyboard("{Escape}");
    const anyway = await screen.findByRole("button", { name: "Save anyway" });
    anyway.focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(requests(backend, "retry_entry")).toEqual([{ entry }]));
    await screen.findByText("Waits");
    expect(screen.queryByRole("list", { name: "Records like this one" })).toBeNull();
  });

  it("merges a new record into the one that is like it, by keyboard, with a choice where both have a value", async () => {
    const { backend, user } = await openList();
    const like = backend.tables[0]?.records[0];
    if (!like) throw new Error("no sample");
    Object.assign(like.cells, { telephone1: text("+47 1") });
    const values = [
      { column: "name", cell: text(like.name) },
      { column: "telephone1", cell: text("+47 2") },
    ];
    await backend.ask("save_record", { table: "account", id: null, values });
    const entry = backend.edits.outbox[0]?.entry ?? "";
    act(() => backend.edits.alike(entry, [{ table: "account", id: like.id, found: { name: like.name, columns: [] } }]));
    await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");

    const merge = await screen.findByRole("button", { name: `Merge into “${like.name}”` });
    await expectAccessible();
    merge.focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(requests(backend, "merge_entry")).toEqual([{ entry, into: like.id }]));
    // The conflict screen: mine or CRM's.
    await screen.findByRole("heading", { name: like.name });
    await user.keyboard("{ArrowLeft}{Control>}{Enter}{/Control}");
    await waitFor(() => expect(requests(backend, "resolve_conflict")).toMatchObject([{ entry, mine: ["telephone1"], theirs: [] }]));
    await screen.findByText(/→ \+47 2$/);
  });

  it("offers no merge of a change that would make two records alike", async () => {
    const { backend } = await changedDeal(({ backend: made }, id) => made.edits.alike(id, []));
    await screen.findByRole("button", { name: "Save anyway" });
    expect(backend.edits.outbox[0]?.mayMerge).toBe(false);
    expect(screen.queryByRole("button", { name: /^Merge into/ })).toBeNull();
  });

  it("says why an entry is here when asked, by keyboard", async () => {
    const { user } = await changedDeal(({ backend: made }, id) => made.edits.refuse(id, "You lack prvWriteOpportunity."));
    const ask = await screen.findByRole("button", { name: "Why is this here?" });
    ask.focus();
    await user.keyboard("{Enter}");
    const reasons = await screen.findByRole("list", { name: "Why is this here?" });
    expect(reasons.textContent).toContain("Your change of Est. Value was held: CRM refused it.");
    expect(ask.getAttribute("aria-expanded")).toBe("true");
    await expectAccessible();
    await user.keyboard("{Enter}");
    expect(screen.queryByRole("list", { name: "Why is this here?" })).toBeNull();
  });

  it("says that nothing was decided about what only waits", async () => {
    const { user } = await changedDeal();
    await user.click(await screen.findByRole("button", { name: "Why is this here?" }));
    await screen.findByText("Nothing was decided about it yet: it waits as you saved it.");
  });

  it("discards a change only after a question", async () => {
    const { backend, user, value } = await changedDeal();
    await user.click(button(/^Discard$/));
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Keep it" }));
    expect(requests(backend, "discard_entry")).toEqual([]);
    await user.click(button(/^Discard$/));
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Discard it" }));
    await screen.findByText("Nothing waits.");
    expect(value()).toMatchObject({ exact: "196000.0000" });
  });

  it("leads to the record and back", async () => {
    const { user, deal } = await changedDeal();
    await user.click(button(/^Open$/));
    await screen.findByRole("heading", { name: deal.name });
    await user.click(screen.getByRole("button", { name: "Show in outbox" }));
    await screen.findByRole("heading", { name: "Outbox" });
    await user.click(button(/^Open$/));
    await screen.findByRole("heading", { name: deal.name });
    await user.keyboard("{Escape}");
    await screen.findByRole("heading", { name: "Outbox" });
  });

  it("says why a choice could not be carried out", async () => {
    const { backend, user } = await changedDeal(clashed);
    backend.on("keep_mine", () => Promise.reject(new AskError("invalid", "This entry is not waiting for that any more.")));
    await user.click(button(/^Keep mine$/));
    expect((await screen.findByRole("alert")).textContent).toContain("not waiting for that any more");
  });

  it("says what a child waits for", async () => {
    const { backend, user } = await openList();
    const values = [{ column: "name", cell: text("Port of Lorne") }];
    await backend.ask("save_record", { table: "account", id: null, values });
    await backend.ask("save_record", { table: "contact", id: null, values: [{ column: "lastname", cell: text("Ferreira") }] });
    const child = backend.edits.outbox[1];
    if (child) child.state = { state: "waitsFor", name: "Port of Lorne" };
    await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
    await screen.findByText("Waits for Port of Lorne");
    expect(screen.getByText("New contact")).toBeTruthy();
    expect(screen.getByText("New account")).toBeTruthy();
  });
});

it("a change made offline is taken back on the record's page", async () => {
  const { backend, user, deal } = await changedDeal();
  await user.click(button(/^Open$/));
  await screen.findByText(/^Saved on this laptop at/);
  const bar = screen.getByText(/^Saved on this laptop at/).closest("div");
  await user.click(within(bar as HTMLElement).getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(backend.edits.outbox).toEqual([]));
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Est. Value").value).toBe("€196,000.00"));
  expect(deal.standing).toBe("inCrm");
});

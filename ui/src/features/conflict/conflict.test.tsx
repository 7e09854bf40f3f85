/** The conflict screen: read, chosen and left by keyboard alone; what gives way stays in the history. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { AskError, type Cell } from "../../ipc";
import { expectAccessible, openList, requests } from "../../testing/desk";

const money = (exact: string): Cell => ({ kind: "money", exact, currency: "EUR" });
const text = (words: string): Cell => ({ kind: "text", text: words });
const day = (on: string): Cell => ({ kind: "date", day: on });

/** A deal whose value and name both sides changed; its day only I did, its description only they. */
async function clashed() {
  const opened = await openList();
  const { backend, user } = opened;
  const deal = backend.tables[2]?.records[0];
  if (!deal) throw new Error("no sample");
  Object.assign(deal.cells, { name: text("Winch line"), estimatedvalue: money("196000.0000"), description: text("as agreed") });
  const values = [
    { column: "name", cell: text("Winch line 5") },
    { column: "estimatedvalue", cell: money("184000") },
    { column: "estimatedclosedate", cell: day("2026-12-18") },
  ];
  await backend.ask("save_record", { table: "opportunity", id: deal.id, values });
  const entry = backend.edits.outbox[0]?.entry ?? "";
  act(() => backend.edits.clash(entry, { name: text("Winch line four"), estimatedvalue: money("190000"), description: text("Two lots") }));
  await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
  await screen.findByRole("button", { name: "Compare", description: "Winch line 5" });
  return { ...opened, entry, deal };
}

/** The same, with the screen open by its key. */
async function comparing() {
  const opened = await clashed();
  await opened.user.keyboard("{Control>}{Shift>}k{/Shift}{/Control}");
  await screen.findByRole("heading", { name: "Winch line 5" });
  return opened;
}

const column = () => document.activeElement?.closest<HTMLElement>("[data-column]")?.dataset.column;
const side = (label: string) => within(screen.getByRole("radiogroup", { name: label })).getAllByRole("radio").findIndex((radio) => radio.getAttribute("aria-checked") === "true");

describe("the conflict screen", () => {
  it("shows before, mine and theirs of each column, who and when, and what merges by itself", async () => {
    await comparing();
    const value = screen.getByRole("radiogroup", { name: "Est. Value" });
    expect(value.textContent).toContain("€196,000.00");
    expect(within(value).getByRole("radio", { name: "Yours: €184,000.00" })).toBeTruthy();
    expect(within(value).getByRole("radio", { name: "In CRM now: €190,000.00" })).toBeTruthy();
    expect(screen.getByRole("group", { name: "Est. Close" }).textContent).toContain("Dec 18, 2026");
    expect(screen.getByRole("group", { name: "Description" }).textContent).toContain("In CRM now: Two lots");
    expect(screen.getByRole("group", { name: "Description" }).textContent).toContain("Yours: unchanged");
    expect(screen.getByText(/^Ingrid Solheim, /)).toBeTruthy();
    expect(screen.getByText(/^2 columns do not clash/)).toBeTruthy();
    expect(screen.getByRole("status").textContent).toContain("2 of 4 columns clash");
    await expectAccessible();
  });

  it("goes between columns with the arrows and chooses with them, and saves with Ctrl+Enter", async () => {
    const { backend, user, entry } = await comparing();
    await waitFor(() => expect(column()).toBe("name"));
    await user.keyboard("{ArrowRight}{ArrowDown}");
    expect(column()).toBe("estimatedvalue");
    await user.keyboard("{ArrowLeft}");
    expect([side("Topic"), side("Est. Value")]).toEqual([1, 0]);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(requests(backend, "resolve_conflict")).toMatchObject([{ entry, mine: ["estimatedvalue"], theirs: ["name"] }]));
    await screen.findByRole("heading", { name: "Outbox" });
  });

  it("chooses nothing by itself, and saves nothing while a column is open", async () => {
    const { backend, user } = await comparing();
    expect([side("Topic"), side("Est. Value")]).toEqual([-1, -1]);
    await user.keyboard("{ArrowLeft}{Control>}{Enter}{/Control}");
    expect(requests(backend, "resolve_conflict")).toEqual([]);
    expect(screen.getByRole("button", { name: "Save this version" }).getAttribute("aria-disabled")).toBe("true");
  });

  it.each([["m", 0], ["t", 1]])("%s chooses one side for all", async (key, expected) => {
    const { user } = await comparing();
    await waitFor(() => expect(column()).toBe("name"));
    await user.keyboard(key);
    expect([side("Topic"), side("Est. Value")]).toEqual([expected, expected]);
  });

  it("Esc leaves it as it was", async () => {
    const { backend, user } = await comparing();
    await user.keyboard("{ArrowLeft}{Escape}");
    await screen.findByRole("heading", { name: "Outbox" });
    expect(requests(backend, "resolve_conflict")).toEqual([]);
    expect(backend.edits.outbox[0]?.mayCompare).toBe(true);
  });

  it("begins anew when CRM changes again, and says so", async () => {
    const { backend, user, entry } = await comparing();
    await user.keyboard("m");
    act(() => backend.edits.clash(entry, { name: text("Winch line four"), estimatedvalue: money("170000") }));
    await screen.findByText(/^CRM has changed again/);
    await waitFor(() => expect(side("Est. Value")).toBe(-1));
    expect(screen.getByRole("radio", { name: "In CRM now: €170,000.00" })).toBeTruthy();
  });

  it("says why a choice could not be saved, and stays", async () => {
    const { backend, user } = await comparing();
    backend.on("resolve_conflict", () => Promise.reject(new AskError("storage", "The disk is full.")));
    await user.keyboard("m{Control>}{Enter}{/Control}");
    expect((await screen.findByRole("alert")).textContent).toContain("The disk is full.");
    expect(side("Topic")).toBe(0);
  });

  it("takes the rule for the table", async () => {
    const { backend, user } = await comparing();
    await user.selectOptions(screen.getByLabelText("When this happens again with opportunities"), "Always take CRM's");
    await waitFor(() => expect(requests(backend, "set_policy")).toEqual([{ table: "opportunity", policy: "theirs" }]));
  });
});

it("a conflict opened from the record leads back to it, where what gave way comes back in one step", async () => {
  const { backend, user, deal } = await clashed();
  await user.click(screen.getByRole("button", { name: "Open" }));
  await screen.findByRole("heading", { name: "Winch line 5" });
  await screen.findByText("CRM did not take your change.");
  await user.keyboard("{Control>}{Shift>}k{/Shift}{/Control}");
  await screen.findByText(/nothing is lost until you choose$/);
  await waitFor(() => expect(column()).toBe("name"));
  await user.keyboard("t{Control>}{Enter}{/Control}");
  const history = await screen.findByRole("table", { name: "History" });
  await expectAccessible();
  expect(deal.cells.name).toEqual(text("Winch line four"));
  const row = within(history).getByRole("row", { name: /Winch line 5/ });
  await user.click(within(row).getByRole("button", { name: "Bring back" }));
  await waitFor(() => expect(requests(backend, "bring_back")).toHaveLength(1));
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Topic").value).toBe("Winch line 5"));
});

it("the sync page has the rule of each table", async () => {
  const { backend, user } = await openList();
  await user.keyboard("{Control>}7{/Control}");
  await user.selectOptions(await screen.findByLabelText("Accounts"), "Always keep mine");
  await waitFor(() => expect(requests(backend, "set_policy")).toEqual([{ table: "account", policy: "mine" }]));
});

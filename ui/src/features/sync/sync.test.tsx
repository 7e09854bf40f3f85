/** The sync page. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { t } from "../../i18n";
import { AskError, type LaneState } from "../../ipc";
import type { Setting } from "../../ipc/memory";
import { expectAccessible, NOON, open, openList, requests } from "../../testing/desk";
import { isRed, nextTime, words } from "./words";

const openSync = async (setting: Setting = {}) => {
  const opened = await openList(setting);
  await opened.user.click(screen.getByRole("button", { name: "Sync" }));
  await screen.findByRole("heading", { name: "Sync" });
  return opened;
};
const lane = (name: string) => within(screen.getByRole("row", { name: new RegExp(`^${name}`) }));
const light = () => screen.getByTestId("connectivity").textContent;

it("each table says how it stands and how many records are kept", async () => {
  await openSync();
  expect(lane("Accounts").getByText("Up to date")).toBeTruthy();
  expect(lane("Accounts").getByText("250")).toBeTruthy();
  expect(screen.getByText(/^Connected to CRM\. next look at CRM in \d minutes$/)).toBeTruthy();
  await expectAccessible();
});

it("the first read shows how far each table is", async () => {
  await openSync({ isFirstRead: true });
  expect(lane("Contacts").getByText("Reading for the first time")).toBeTruthy();
  expect(lane("Opportunities").getByText("Not read yet")).toBeTruthy();
  expect(screen.getByText("1 of 3 tables read")).toBeTruthy();
});

it("a table that stopped says why", async () => {
  const { backend } = await openSync();
  Object.assign(backend.status.lanes[1] ?? {}, { state: "failed", message: "Your role may not read contacts." });
  act(() => backend.tell("sync"));
  expect(await screen.findByText("Your role may not read contacts.")).toBeTruthy();
  expect(lane("Contacts").getByText("Stopped")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toContain("1 stopped");
});

it("a table of which CRM tells no changes says why, and when what is gone was looked for", async () => {
  const { backend, user } = await openSync();
  const why = "You may not read every row.";
  Object.assign(backend.status.lanes[0] ?? {}, { polled: { why, sweptAt: NOON } });
  Object.assign(backend.status.lanes[1] ?? {}, { polled: { why, sweptAt: null } });
  act(() => backend.tell("sync"));
  expect(await lane("Accounts").findByText(/Polled; what is gone was looked for \S/)).toBeTruthy();
  expect(lane("Contacts").getByText("Polled; what is gone is looked for")).toBeTruthy();
  expect(lane("Opportunities").queryByText(/Polled/)).toBeNull();
  const meaning = screen.getByText(/CRM does not tell you what changes/);
  expect(meaning.closest("details")?.open).toBe(false);
  await user.click(meaning);
  expect(screen.getAllByText(why).map((reason) => reason.previousSibling?.textContent)).toEqual(["Accounts", "Contacts"]);
  expect(meaning.closest("details")?.open).toBe(true);
  await expectAccessible();
});

it("work goes offline and online again by one command", async () => {
  const { backend, user } = await openSync();
  await user.click(screen.getByRole("button", { name: "Work offline" }));
  await waitFor(() => expect(light()).toContain("Working offline"));
  expect(screen.getByText(/Nothing is sent or read until you go online/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Sync now" }).getAttribute("aria-disabled")).toBe("true");
  await user.click(screen.getByRole("button", { name: "Go online" }));
  await waitFor(() => expect(light()).toContain("Online"));
  expect(requests(backend, "work_offline")).toEqual([{ on: true }, { on: false }]);
});

it("a network that is away is said in the light and on the page", async () => {
  const { backend } = await openSync();
  backend.status.connectivity = "unreachable";
  act(() => backend.tell("sync"));
  await waitFor(() => expect(light()).toContain("Unreachable"));
  expect(screen.getByText(/CRM cannot be reached/)).toBeTruthy();
});

it("whoever was signed out signs in again from here, and may cancel", async () => {
  const { backend, user } = await openSync({ connectivity: "signedOut", waiting: 1 });
  let refuse: (cause: AskError) => void = () => undefined;
  backend.on("sign_in_again", () => new Promise((_, reject) => (refuse = reject)));
  backend.on("cancel_sign_in", () => {
    refuse(new AskError("cancelled", "The sign-in was cancelled."));
    return {};
  });
  const bar = screen.getByText(/CRM no longer knows you/).parentElement as HTMLElement;
  await user.click(within(bar).getByRole("button", { name: "Sign in again" }));
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  await screen.findByText(/CRM no longer knows you/);
  expect(requests(backend, "cancel_sign_in")).toEqual([{}]);
  expect(screen.queryByRole("alert")).toBeNull();
});

it("what waits and what needs the user stands in the status bar, and leads to the outbox", async () => {
  const { user } = await openList({ waiting: 3, held: 1 });
  expect(screen.getByRole("button", { name: "3 changes wait to reach CRM" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "1 needs you" }));
  await screen.findByRole("heading", { name: "Outbox" });
});

it("a sync that cannot begin says why", async () => {
  const { backend, user } = await openList();
  backend.on("sync_now", () => Promise.reject(new AskError("storage", "The disk is full.")));
  await user.click(screen.getByRole("button", { name: "Sync now" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The disk is full.");
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByRole("alert")).toBeNull();
});

it("a profile whose tables are not described yet says what is coming", async () => {
  open({}, (backend) => backend.on("list_tables", () => ({ tables: [] })));
  await screen.findByText("CRM has not been read yet.");
  await expectAccessible();
});

it.each<[LaneState, string, string]>([
  ["cold", "Not read yet", "waiting"],
  ["backfilling", "Reading for the first time", "waiting"],
  ["upToDate", "Up to date", "good"],
  ["late", "Waits its turn", "waiting"],
  ["waiting", "On its way", "waiting"],
  ["held", "Needs you", "held"],
  ["retrying", "Tries again", "waiting"],
  ["paused", "Paused", "waiting"],
  ["offline", "Working offline", "waiting"],
  ["signedOut", "Stopped", "held"],
  ["failed", "Stopped", "held"],
  ["stalled", "Stalled", "held"],
])("a lane that is %s says %s, and what stands still is red and says what to do", (state, text, tone) => {
  const found = words("table", state);
  expect([t(found.text), found.tone]).toEqual([text, tone]);
  expect(isRed(state)).toBe(tone === "held");
  if (tone === "held") expect(found.hint).not.toBeNull();
});

it("an empty outbox has nothing to be up to date with", () => {
  expect(t(words("outbox", "upToDate").text)).toBe("Nothing waits");
});

it.each([
  [null, "–"],
  [-5_000, "now"],
  [30_000, "in under a minute"],
  [61_000, "in 1 minute"],
  [185_000, "in 3 minutes"],
])("the next look after %s ms is said as %s", (wait, said) => {
  expect(nextTime(wait === null ? null : NOON + wait, NOON)).toBe(said);
});

it("a lane that stalls turns red though nobody tells of it, with its last error and what to do", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const { backend } = await openSync({ messages: 3 });
    expect(lane("Contacts").getByText("Up to date")).toBeTruthy();
    Object.assign(backend.status.lanes[1] ?? {}, { state: "stalled", message: "CRM does not answer." });
    await act(() => vi.advanceTimersByTimeAsync(6_000));
    expect(await lane("Contacts").findByText("Stalled")).toBeTruthy();
    expect(lane("Contacts").getByText("CRM does not answer.")).toBeTruthy();
    expect(lane("Contacts").getByText(/Check your network, then Retry all/)).toBeTruthy();
    expect(screen.getByRole("row", { name: /^Contacts/ }).dataset.tone).toBe("held");
    expect(screen.getByRole("status").textContent).toContain("1 stopped");
    await expectAccessible();
  } finally {
    vi.useRealTimers();
  }
});

it("the outbox and each mailbox have lanes of their own", async () => {
  const { user } = await openSync({ messages: 3, waiting: 2, held: 1, mailboxMessage: "The server does not accept the password." });
  expect(lane("Outbox").getByText("Needs you")).toBeTruthy();
  expect(lane("Outbox").getByText(/^oldest /)).toBeTruthy();
  const mailbox = within(await screen.findByRole("row", { name: /@/ }));
  expect(mailbox.getByText("The server does not accept the password.")).toBeTruthy();
  await user.click(lane("Outbox").getByRole("button", { name: "Outbox" }));
  await screen.findByRole("heading", { name: "Outbox" });
});

it("sync is paused and resumed by keys, and says so", async () => {
  const { backend, user } = await openSync();
  await user.keyboard("{Control>}{Alt>}{F9}{/Alt}{/Control}");
  await screen.findByText(/Nothing is sent or read until you resume/);
  expect(lane("Accounts").getByText("Paused")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Sync now" }).getAttribute("aria-disabled")).toBe("true");
  await user.keyboard("{Control>}{F9}{/Control}");
  await waitFor(() => expect(lane("Accounts").getByText("Up to date")).toBeTruthy());
  expect(requests(backend, "pause_sync")).toEqual([{ on: true }, { on: false }]);
});

it("everything is tried again by one key, on the sync page and in the outbox", async () => {
  const { backend, user } = await openSync();
  await user.keyboard("{Control>}{Shift>}{F9}{/Shift}{/Control}");
  await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
  await user.click(await screen.findByRole("button", { name: "Retry all" }));
  await waitFor(() => expect(requests(backend, "retry_all")).toHaveLength(2));
});

it("what is wrong with CRM as a whole stands once, in red when it stalls", async () => {
  const { backend } = await openSync();
  const message = "The service cannot be reached.";
  Object.assign(backend.status, { connectivity: "unreachable", message });
  for (const each of backend.status.lanes) Object.assign(each, { state: "stalled", message });
  act(() => backend.tell("sync"));
  const bar = (await screen.findByText(message)).closest("[data-tone]");
  expect(bar?.getAttribute("data-tone")).toBe("held");
  expect(screen.getAllByText(/Check your network, then Retry all/)).toHaveLength(backend.status.lanes.length);
});

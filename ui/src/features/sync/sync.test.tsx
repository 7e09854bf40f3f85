/** The sync page. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { AskError } from "../../ipc";
import type { Setting } from "../../ipc/memory";
import { expectAccessible, open, openList, requests } from "../../testing/desk";

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
  expect(screen.getByText("Connected to CRM.")).toBeTruthy();
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

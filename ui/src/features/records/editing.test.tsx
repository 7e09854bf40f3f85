/** Editing a record in its form, making one, deleting one. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { AskError } from "../../ipc";
import { chosen, drawn, expectAccessible, nameOf, openList, requests } from "../../testing/desk";

const heading = (name: string) => screen.findByRole("heading", { name });
const input = (label: string) => screen.getByLabelText<HTMLInputElement>(label);

/** The page of the first account of the list. */
async function openAccount() {
  const opened = await openList();
  await opened.user.keyboard("{Home}");
  const name = nameOf(chosen());
  await opened.user.keyboard("{Enter}");
  await heading(name);
  return { ...opened, name };
}

async function retype(user: Awaited<ReturnType<typeof openAccount>>["user"], label: string, text: string) {
  await user.clear(input(label));
  await user.type(input(label), text);
}

describe("a form", () => {
  it("says below its history why the record is as it is, once something was decided", async () => {
    const { backend, user } = await openAccount();
    expect(screen.queryByRole("list", { name: "Why is this here?" })).toBeNull();
    await retype(user, "City", "Bodø");
    await user.keyboard("{Control>}s{/Control}");
    await screen.findByText(/^Saved on this laptop at/);
    act(() => backend.edits.land());
    const reasons = await screen.findByRole("list", { name: "Why is this here?" });
    expect(reasons.textContent).toContain("CRM has your change of City.");
    await expectAccessible();
  });

  it("saves what was typed with Ctrl+S, says saved at once, and in CRM when it is there", async () => {
    const { backend, user } = await openAccount();
    const before = input("City").value;
    await retype(user, "City", "Bodø");
    expect(screen.getByText(`was ${before}`)).toBeTruthy();
    await user.keyboard("{Control>}s{/Control}");
    await screen.findByText(/^Saved on this laptop at/);
    expect(screen.getByText("1 column waits to reach CRM.")).toBeTruthy();
    expect(requests(backend, "save_record")).toMatchObject([{ table: "account", values: [{ column: "address1_city", cell: { kind: "text", text: "Bodø" } }] }]);
    expect(screen.getByText(`was ${before}`)).toBeTruthy();
    act(() => backend.edits.land());
    await screen.findByText("Saved, and in CRM.");
    expect(screen.queryByText(`was ${before}`)).toBeNull();
  });

  it("sends nothing when what was typed is taken back", async () => {
    const { backend, user } = await openAccount();
    const before = input("City").value;
    await user.type(input("City"), "x{Backspace}");
    expect(input("City").value).toBe(before);
    await user.keyboard("{Control>}s{/Control}");
    expect(requests(backend, "save_record")).toEqual([]);
  });

  it("says beside the field what is wrong with it, and goes there", async () => {
    const { backend, user } = await openAccount();
    await user.clear(input("Account Name"));
    await retype(user, "Annual Revenue", "a lot");
    await user.keyboard("{Control>}s{/Control}");
    await screen.findByText("Account Name must be filled in.");
    expect(screen.getByText("Annual Revenue is a number such as 1250.50.")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toBe("Not saved: 2 fields need another look.");
    await waitFor(() => expect(document.activeElement).toBe(input("Account Name")));
    expect(input("Account Name").getAttribute("aria-invalid")).toBe("true");
    expect(backend.edits.outbox).toEqual([]);
    await expectAccessible();
    await user.type(input("Account Name"), "Lorne");
    expect(screen.queryByText("Account Name must be filled in.")).toBeNull();
  });

  it("reads an amount as the locale writes it, and shows it so again", async () => {
    const { backend, user } = await openAccount();
    await retype(user, "Annual Revenue", "1,234,567.50");
    await user.tab();
    expect(input("Annual Revenue").value).toBe("€1,234,567.50");
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(requests(backend, "save_record")).toMatchObject([{ values: [{ cell: { kind: "money", exact: "1234567.50" } }] }]));
  });

  it("chooses from the choices of the organisation", async () => {
    const { backend, user } = await openAccount();
    await user.selectOptions(input("Industry"), "Energy");
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(backend.edits.outbox[0]?.changes[0]).toMatchObject({ column: "industrycode", after: { kind: "choice", label: "Energy" } }));
  });

  it("looks a record up while one types, by keyboard alone", async () => {
    const { backend, user } = await openAccount();
    const wanted = backend.tables[1]?.records[7];
    await user.clear(input("Primary Contact"));
    await user.type(input("Primary Contact"), (wanted?.name ?? "").slice(0, 6));
    const found = await screen.findAllByRole("option", { name: /Contact ·/ });
    expect(found.length).toBeGreaterThan(0);
    await expectAccessible();
    await user.keyboard("{ArrowDown}{ArrowUp}{Enter}");
    const chosenName = input("Primary Contact").value;
    expect(chosenName).not.toBe("");
    expect(screen.queryByRole("listbox")).toBeNull();
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(backend.edits.outbox[0]?.changes[0]).toMatchObject({ column: "primarycontactid", after: { kind: "lookup", table: "contact", name: chosenName } }));
  });

  it("Esc closes the lookup's list first, and keeps what the reference was", async () => {
    const { user } = await openAccount();
    const before = input("Primary Contact").value;
    await user.type(input("Primary Contact"), "zzz");
    await screen.findByText(/^Nothing on this laptop contains/);
    await user.keyboard("{Escape}");
    expect(input("Primary Contact").value).toBe(before);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is not left with something typed until the user says so", async () => {
    const { user, name } = await openAccount();
    await user.type(input("City"), "x");
    await user.keyboard("{Escape}");
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Stay" }));
    expect(input("City").value).toMatch(/x$/);
    await user.keyboard("{Control>}7{/Control}");
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Discard" }));
    await heading("Sync");
    await user.keyboard("{Control>}5{/Control}");
    await heading(name);
    expect(input("City").value).not.toMatch(/x$/);
  });

  it("is left once what was typed is saved, when the user says so", async () => {
    const { backend, user } = await openAccount();
    await retype(user, "City", "Bodø");
    await user.keyboard("{Escape}");
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Save" }));
    await screen.findByRole("grid");
    expect(backend.edits.outbox).toMatchObject([{ changes: [{ column: "address1_city", after: { text: "Bodø" } }] }]);
  });

  it("is not left while what was typed cannot be saved", async () => {
    const { user } = await openAccount();
    await user.clear(input("Account Name"));
    await user.keyboard("{Escape}");
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Save" }));
    await screen.findByText("Account Name must be filled in.");
    expect(screen.queryByRole("grid")).toBeNull();
  });

  it("says aloud that it is saved", async () => {
    const { user } = await openAccount();
    await retype(user, "City", "Bodø");
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(screen.getAllByRole("status").some(({ textContent }) => textContent.startsWith("Saved on this laptop at"))).toBe(true));
  });

  it("names every input by its label alone", async () => {
    await openAccount();
    expect(screen.getByRole("textbox", { name: "Account Name" }).getAttribute("aria-required") ?? input("Account Name").required).toBeTruthy();
    expect(screen.getByRole("checkbox", { name: "Credit Hold" })).toBeTruthy();
    expect(screen.getByRole("combobox", { name: "Primary Contact" })).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Modified On" }).readOnly).toBe(true);
  });

  it("ticks yes and no", async () => {
    const { backend, user } = await openAccount();
    const isYes = input("Credit Hold").checked;
    await user.click(input("Credit Hold"));
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(backend.edits.outbox[0]?.changes[0]).toMatchObject({ column: "creditonhold", after: { kind: "yesNo", isYes: !isYes } }));
  });

  it("Undo forgets what was typed", async () => {
    const { user } = await openAccount();
    const before = input("City").value;
    await user.type(input("City"), "x");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(input("City").value).toBe(before);
  });

  it("keeps what is typed while CRM changes the record", async () => {
    const { backend, user } = await openAccount();
    await retype(user, "City", "Bodø");
    const account = backend.tables[0]?.records.find(({ name }) => name === input("Account Name").value);
    if (account) account.cells.telephone1 = { kind: "text", text: "+47 1" };
    act(() => backend.tell("records"));
    await waitFor(() => expect(input("Main Phone").value).toBe("+47 1"));
    expect(input("City").value).toBe("Bodø");
  });

  it("that cannot be stored says why and keeps what is typed", async () => {
    const { backend, user } = await openAccount();
    backend.on("save_record", () => Promise.reject(new AskError("storage", "The disk is full.")));
    await retype(user, "City", "Bodø");
    await user.keyboard("{Control>}s{/Control}");
    expect((await screen.findByRole("alert")).textContent).toContain("The disk is full.");
    expect(input("City").value).toBe("Bodø");
  });
});

describe("a new record", () => {
  it("is made from a list with Ctrl+N and stands in it", async () => {
    const { backend, user } = await openList();
    await user.keyboard("{Control>}n{/Control}");
    await heading("New account");
    await expectAccessible();
    await user.keyboard("{Control>}s{/Control}");
    await screen.findByText("Account Name must be filled in.");
    await user.type(input("Account Name"), "Port of Lorne");
    await user.keyboard("{Control>}s{/Control}");
    await heading("Port of Lorne");
    expect(requests(backend, "save_record").at(-1)).toMatchObject({ id: null });
    await screen.findByText(/^Saved on this laptop at/);
    await user.keyboard("{Escape}");
    await screen.findByRole("grid");
    await user.type(screen.getByRole("textbox", { name: "Filter Accounts" }), "Lorne");
    await waitFor(() => expect(drawn().map(nameOf)).toEqual(["Port of Lorne"]));
  });

  it("of a contact made on an account's page belongs to the account, and leads back to it", async () => {
    const { backend, user, name } = await openAccount();
    await user.click(screen.getByRole("button", { name: "New contact" }));
    await heading("New contact");
    expect(input("Company Name").value).toBe(name);
    await user.type(input("Last Name"), "Ferreira");
    await user.keyboard("{Control>}s{/Control}");
    await heading("Ferreira");
    expect(backend.edits.outbox[0]?.changes).toContainEqual(expect.objectContaining({ column: "parentcustomerid", after: expect.objectContaining({ name }) as unknown }));
    await user.keyboard("{Escape}");
    await heading(name);
  });
});

it("an opportunity made on an account's page belongs to the account", async () => {
  const { user, name } = await openAccount();
  await user.click(screen.getByRole("button", { name: "New opportunity" }));
  await heading("New opportunity");
  expect(input("Account").value).toBe(name);
});

it("a record is deleted only after a question", async () => {
  const { backend, user, name } = await openAccount();
  await user.keyboard("{Control>}d{/Control}");
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Keep it" }));
  expect(requests(backend, "delete_record")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Delete" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Delete it" }));
  await screen.findByRole("grid");
  expect(backend.edits.outbox).toMatchObject([{ deed: "delete", name }]);
});

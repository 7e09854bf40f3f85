/** The pages before the work begins. */
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { AskError } from "../../ipc";
import { FIRST } from "../../ipc/memory";
import { expectAccessible, open, requests } from "../../testing/desk";

const press = (name: string) => screen.findByRole("button", { name });

describe("the first page", () => {
  it("leads to the accounts of the demo in one click", async () => {
    const { user } = open({ start: FIRST });
    await user.click(await press("Try the demo"));
    expect(await screen.findByRole("heading", { name: "Accounts" })).toBeTruthy();
  });

  it("offers no demo where there is none", async () => {
    open({ start: { ...FIRST, hasDemo: false } });
    await press("Connect");
    expect(screen.queryByRole("button", { name: "Try the demo" })).toBeNull();
  });

  it("says what is missing before it asks anybody", async () => {
    const { backend, user } = open({ start: FIRST });
    await user.click(await press("Connect"));
    expect((await screen.findByRole("alert")).textContent).toContain("Fill in the CRM address");
    expect(requests(backend, "connect")).toEqual([]);
  });

  it("waits for the browser, and can be cancelled", async () => {
    const { backend, user } = open({ start: FIRST });
    await user.type(await screen.findByLabelText("CRM address"), "https://company.crm.example ");
    await user.type(screen.getByLabelText("Application id"), "an-id");
    await user.click(await press("Connect"));
    await screen.findByText(/Your browser has opened the sign-in page/);
    expect(requests(backend, "connect")).toEqual([{ organisation: "https://company.crm.example", clientId: "an-id", tenant: "" }]);
    await user.click(await press("Cancel"));
    expect((await screen.findByRole("alert")).textContent).toContain("cancelled");
    await press("Connect");
  });

  it("says in the backend's words why signing in failed", async () => {
    const { user } = open({ start: FIRST }, (backend) =>
      backend.on("try_demo", () => Promise.reject(new AskError("offline", "The demo does not answer. Start it and try again."))),
    );
    await user.click(await press("Try the demo"));
    expect((await screen.findByRole("alert")).textContent).toContain("Start it and try again.");
  });

  it("says how the last try failed when the window opens anew", async () => {
    open({ start: { ...FIRST, message: "The sign-in took too long." } });
    expect((await screen.findByRole("alert")).textContent).toContain("took too long");
  });

  it("waits with whoever sent the browser to sign in", async () => {
    open({ start: { ...FIRST, isSigningIn: true } });
    await press("Cancel");
    expect(screen.queryByRole("button", { name: "Connect" })).toBeNull();
  });

  it("is accessible", async () => {
    open({ start: FIRST });
    await press("Connect");
    await expectAccessible();
  });
});

it("a damaged file that was made anew is told at the desk until it is dismissed", async () => {
  const notice = "The file of your data was damaged. It was kept as satchel.db.aside-7, and a new one was made.";
  const { backend, user } = open({ start: { page: "ready", organisation: "o", user: "u", notice } });
  await screen.findByText(notice);
  await user.click(await press("Dismiss"));
  await waitFor(() => expect(screen.queryByText(notice)).toBeNull());
  expect(requests(backend, "dismiss_notice")).toEqual([{ notice }]);
});

describe("a file without its key", () => {
  const start = { page: "keyMissing", message: "Unlock the keyring, then try again." } as const;

  it("is looked for again when the user says so", async () => {
    const { backend, user } = open({ start });
    await screen.findByText(start.message);
    backend.on("start", () => ({ page: "ready", organisation: "o", user: "u", notice: null }));
    await user.click(await press("Try again"));
    await screen.findByRole("heading", { name: "Accounts" });
  });

  it("is set aside only after a second word", async () => {
    const { backend, user } = open({ start });
    await user.click(await press("Set the file aside"));
    expect(requests(backend, "set_file_aside")).toEqual([]);
    await user.click(await press("Set it aside"));
    await press("Try the demo");
    expect(requests(backend, "set_file_aside")).toEqual([{}]);
  });

  it("stays where it is when the user thinks better of it", async () => {
    const { backend, user } = open({ start });
    await user.click(await press("Set the file aside"));
    await user.click(await press("Keep it"));
    expect(requests(backend, "set_file_aside")).toEqual([]);
  });

  it("is told accessibly", async () => {
    open({ start });
    await press("Try again");
    await expectAccessible();
  });
});

describe("a passphrase", () => {
  it("that is new is asked for twice", async () => {
    const { backend, user } = open({ start: { page: "passphrase", isNew: true, message: null } });
    await user.type(await screen.findByLabelText("Passphrase"), "blue winch");
    await user.type(screen.getByLabelText("Repeat it"), "blue wench");
    await user.click(await press("Encrypt my data"));
    expect((await screen.findByRole("alert")).textContent).toContain("differ");
    expect(requests(backend, "use_passphrase")).toEqual([]);
  });

  it("opens the data", async () => {
    const { backend, user } = open({ start: { page: "passphrase", isNew: false, message: null } });
    await user.type(await screen.findByLabelText("Passphrase"), "blue winch{Enter}");
    await screen.findByRole("heading", { name: "Accounts" });
    expect(requests(backend, "use_passphrase")).toEqual([{ passphrase: "blue winch" }]);
  });

  it("that is wrong is said to be wrong", async () => {
    const { user } = open({ start: { page: "passphrase", isNew: false, message: null } }, (backend) =>
      backend.on("use_passphrase", () => Promise.reject(new AskError("invalid", "This passphrase does not open the data."))),
    );
    await user.type(await screen.findByLabelText("Passphrase"), "no{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("does not open");
    await expectAccessible();
  });
});

it("a profile that cannot be opened says why, and is tried again", async () => {
  const { backend, user } = open({ start: { page: "closed", message: "Satchel is already open on this profile." } });
  await screen.findByText("Satchel is already open on this profile.");
  await expectAccessible();
  await user.click(await press("Try again"));
  expect(requests(backend, "start")).toHaveLength(2);
});

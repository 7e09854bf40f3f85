/** What the user did last is taken back, from where one stands, and in words. */
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { AskError } from "../ipc";
import { chosen, expectAccessible, nameOf, openList, requests, type Opened } from "../testing/desk";

/** An account that was opened from the list, and whose phone was changed and saved. */
async function changedAccount(): Promise<Opened & { name: string; phone: HTMLInputElement; before: string }> {
  const opened = await openList();
  const { user } = opened;
  await user.keyboard("{Home}{ArrowDown}");
  const name = nameOf(chosen());
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { name });
  const phone = await screen.findByRole<HTMLInputElement>("textbox", { name: "Main Phone" });
  const before = phone.value;
  await user.clear(phone);
  await user.type(phone, "555 0100");
  await user.keyboard("{Control>}s{/Control}");
  await waitFor(() => expect(opened.backend.edits.outbox).toHaveLength(1));
  await screen.findByText(/^Saved on this laptop at/);
  return { ...opened, name, phone, before };
}

const button = () => screen.getByRole("button", { name: "Take back" });
const phoneNow = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Main Phone" }).value;

describe("Ctrl+Z", () => {
  it("takes back the last save, also from the field that was saved, and says in words what", async () => {
    const { backend, user, name, before } = await changedAccount();
    await user.keyboard("{Control>}z{/Control}");
    await screen.findByText(`Taken back: your change of Main Phone in “${name}”.`);
    await waitFor(() => expect(phoneNow()).toBe(before));
    expect(requests(backend, "take_back")).toEqual([{ number: 1 }]);
    expect(backend.edits.outbox).toEqual([]);
    await expectAccessible();
  });

  it("is the text's own where something is typed that is not saved", async () => {
    const { backend, user, phone } = await changedAccount();
    await user.type(phone, "9");
    await user.keyboard("{Control>}z{/Control}");
    expect(requests(backend, "take_back")).toEqual([]);
  });

  it("works from the list and the outbox, one deed after the other", async () => {
    const { backend, user, before } = await changedAccount();
    await user.clear(screen.getByRole("textbox", { name: "Main Phone" }));
    await user.type(screen.getByRole("textbox", { name: "Main Phone" }), "555 0200");
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(backend.edits.outbox).toHaveLength(2));
    await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
    await screen.findByRole("heading", { name: "Outbox" });
    for (const left of [1, 0]) {
      await waitFor(() => expect(button().getAttribute("aria-disabled")).not.toBe("true"));
      await user.keyboard("{Control>}z{/Control}");
      await waitFor(() => expect(backend.edits.outbox).toHaveLength(left));
      await screen.findByText(/^Taken back: your change of Main Phone/);
    }
    await screen.findByText("Nothing waits.");
    await waitFor(() => expect(button().getAttribute("aria-disabled")).toBe("true"));
    expect(backend.tables[0]?.records.some(({ cells }) => JSON.stringify(cells.telephone1 ?? null).includes(before))).toBe(true);
  });

  it("says why when the step is not the last any more", async () => {
    const { backend, user } = await changedAccount();
    await waitFor(() => expect(button().getAttribute("aria-disabled")).not.toBe("true"));
    backend.on("take_back", () => {
      throw new AskError("invalid", "Something else was done or taken back meanwhile. Look at what comes next.");
    });
    await user.click(button());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Something else was done or taken back meanwhile.");
    expect(screen.queryByText(/^Taken back/)).toBeNull();
  });
});

it("a list on which nothing was done yet has nothing to take back", async () => {
  const { backend, user } = await openList();
  expect(button().getAttribute("aria-disabled")).toBe("true");
  await user.keyboard("{Control>}z{/Control}");
  expect(requests(backend, "take_back")).toEqual([]);
});

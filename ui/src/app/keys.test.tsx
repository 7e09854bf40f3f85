/** The keyboard table, row by row, in the page as a user has it. */
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { paneOf } from "../kit/panes";
import { chosen, drawn, nameOf, open, openList, requests } from "../testing/desk";
import { COMMANDS } from "./commands";
import { chordOf, SUPPRESSED } from "./keys";

const heading = (name: string) => screen.findByRole("heading", { name });
const pane = () => paneOf(document.activeElement);
const rowIndex = () => chosen()?.getAttribute("aria-rowindex");

describe("KB05 Ctrl+5", () => {
  it("shows CRM from wherever one is", async () => {
    const { user } = await openList();
    await user.keyboard("{Control>}7{/Control}");
    await heading("Sync");
    await user.keyboard("{Control>}5{/Control}");
    await heading("Accounts");
    expect(pane()).toBe("list");
  });

  it("leaves an open record for its list", async () => {
    const { user } = await openList();
    await user.keyboard("{Home}{Enter}");
    await screen.findByRole("button", { name: "Back to the list" });
    await user.keyboard("{Control>}5{/Control}");
    await screen.findByRole("grid");
  });

  it("works where digits need Shift, by the place of the key", () => {
    expect(chordOf({ key: "(", code: "Digit5", ctrlKey: true, shiftKey: false, altKey: false })).toBe("Ctrl+5");
  });
});

it("KB07 Ctrl+7 shows the sync page", async () => {
  const { user } = await openList();
  await user.keyboard("{Control>}7{/Control}");
  await heading("Sync");
});

describe("KB08 F6", () => {
  it("goes round rail, commands and list, and Shift+F6 back", async () => {
    const { user } = await openList();
    await waitFor(() => expect(pane()).toBe("list"));
    const forward: unknown[] = [];
    for (let step = 0; step < 3; step += 1) {
      await user.keyboard("{F6}");
      forward.push(pane());
    }
    expect(forward).toEqual(["rail", "commands", "list"]);
    await user.keyboard("{Shift>}{F6}{/Shift}");
    expect(pane()).toBe("commands");
  });

  it("reaches the record where the list was", async () => {
    const { user } = await openList();
    await user.keyboard("{Home}{Enter}");
    await screen.findByRole("button", { name: "Back to the list" });
    await waitFor(() => expect(pane()).toBe("item"));
    await user.keyboard("{Shift>}{F6}{/Shift}{F6}");
    expect(pane()).toBe("item");
  });
});

describe("KB24 Enter and Ctrl+O", () => {
  it.each(["{Enter}", "{Control>}o{/Control}"])("%s opens the selected record", async (keys) => {
    const { user } = await openList();
    await user.keyboard("{Home}{ArrowDown}");
    const name = nameOf(chosen());
    await user.keyboard(keys);
    await heading(name);
  });

  it("Enter on a header sorts and opens nothing", async () => {
    const { backend, user } = await openList();
    await user.keyboard("{Home}");
    within(screen.getByRole("columnheader", { name: "City" })).getByRole("button").focus();
    await user.keyboard("{Enter}");
    expect(requests(backend, "read_record")).toEqual([]);
  });
});

describe("KB25 Esc", () => {
  it("goes from the record back to its list", async () => {
    const { user } = await openList();
    await user.keyboard("{Home}{Enter}");
    await screen.findByRole("button", { name: "Back to the list" });
    await user.keyboard("{Escape}");
    await screen.findByRole("grid");
  });
});

describe("KB26 Ctrl+. and Ctrl+,", () => {
  it("go to the next and the previous record", async () => {
    const { user } = await openList();
    const names = drawn().slice(0, 2).map(nameOf);
    await user.keyboard("{Home}{Enter}");
    await heading(names[0] ?? "");
    await user.keyboard("{Control>}.{/Control}");
    await heading(names[1] ?? "");
    await user.keyboard("{Control>},{/Control}");
    await heading(names[0] ?? "");
  });

  it("move the selection while the list is shown", async () => {
    const { user } = await openList();
    await user.keyboard("{Home}{Control>}..{/Control}");
    expect(rowIndex()).toBe("4");
    await user.keyboard("{Control>},{/Control}");
    expect(rowIndex()).toBe("3");
  });

  it("stop at the ends, where the command says why", async () => {
    const { user } = await openList();
    await user.keyboard("{Home}{Enter}");
    const previous = await screen.findByRole("button", { name: "Previous" });
    expect(previous.getAttribute("aria-disabled")).toBe("true");
    await user.hover(previous);
    expect(await screen.findByText("This is the first record of the list.")).toBeTruthy();
  });
});

describe("the arrows", () => {
  it("move the selection by one, a screenful, and to the ends", async () => {
    const { user } = await openList();
    await user.keyboard("{Home}");
    expect(rowIndex()).toBe("2");
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(rowIndex()).toBe("3");
    await user.keyboard("{PageDown}");
    expect(Number(rowIndex())).toBeGreaterThan(8);
    await user.keyboard("{PageUp}");
    expect(rowIndex()).toBe("3");
    await user.keyboard("{End}");
    await waitFor(() => expect(rowIndex()).toBe("251"));
    await user.keyboard("{ArrowDown}");
    expect(rowIndex()).toBe("251");
  });

  it("keep exactly one row in the order of Tab", async () => {
    const { user } = await openList();
    await user.keyboard("{Home}{ArrowDown}{ArrowDown}");
    expect(drawn().filter((row) => row.tabIndex === 0)).toEqual([chosen()]);
    expect(document.activeElement).toBe(chosen());
  });
});

it("KB82 F9 syncs now", async () => {
  const { backend, user } = await openList();
  await user.keyboard("{F9}");
  await waitFor(() => expect(requests(backend, "sync_now")).toEqual([{}]));
});

it("F9 asks nothing while one works offline", async () => {
  const { backend, user } = await openList({ connectivity: "workingOffline" });
  await user.keyboard("{F9}");
  expect(requests(backend, "sync_now")).toEqual([]);
});

describe("what the webview would do by itself", () => {
  const press = (chord: string) => {
    const parts = chord.endsWith("++") ? [...chord.slice(0, -2).split("+"), "+"] : chord.split("+");
    const key = parts.at(-1) ?? "";
    return !fireEvent.keyDown(document.body, { key, ctrlKey: parts.includes("Ctrl"), shiftKey: parts.includes("Shift"), altKey: parts.includes("Alt") });
  };

  it.each(SUPPRESSED)("%s is off", async (chord) => {
    open();
    await screen.findByRole("grid");
    expect(press(chord)).toBe(true);
  });

  it("the context menu is off, except where one types", async () => {
    await openList();
    expect(fireEvent.contextMenu(screen.getByRole("heading", { name: "Accounts" }))).toBe(false);
    expect(fireEvent.contextMenu(screen.getByRole("textbox", { name: "Filter Accounts" }))).toBe(true);
  });

  it("zooming with the wheel is off", async () => {
    await openList();
    expect(fireEvent.wheel(document.body, { ctrlKey: true })).toBe(false);
  });
});

describe("the table of commands", () => {
  it("gives no chord two meanings", () => {
    const chords = COMMANDS.flatMap((command) => command.chords.map(({ keys }) => keys));
    expect(chords).toEqual([...new Set(chords)]);
  });

  it("has one main command at most in each bar", () => {
    const mains = COMMANDS.flatMap(({ mainOf }) => (mainOf ? [mainOf] : []));
    expect(mains).toEqual([...new Set(mains)]);
  });
});

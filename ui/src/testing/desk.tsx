/** Puts the whole page on a backend in memory, as a user finds it. */
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect } from "vitest";

import { App } from "../app/App";
import { memoryBackend, type Memory, type Setting } from "../ipc/memory";

/** Noon of a day in a spring, so that no test depends on when it runs. */
export const NOON = Date.UTC(2026, 4, 12, 12);

export const SMALL = { account: 250, contact: 120, opportunity: 80 };

export interface Opened {
  backend: Memory;
  user: ReturnType<typeof userEvent.setup>;
}

export function open(setting: Setting = {}, prepare: (backend: Memory) => void = () => undefined): Opened {
  const backend = memoryBackend({ counts: SMALL, ...setting });
  prepare(backend);
  render(<App backend={backend} />);
  return { backend, user: userEvent.setup() };
}

/** The page once its list shows rows. */
export async function openList(setting: Setting = {}): Promise<Opened> {
  const opened = open(setting);
  await screen.findByRole("grid");
  await screen.findAllByRole("row", { selected: false });
  return opened;
}

export function requests(backend: Memory, command: string): unknown[] {
  return backend.asked.filter((each) => each.command === command).map((each) => each.request);
}

/** The rows that are drawn, without the line of headers. */
export function drawn(): HTMLElement[] {
  return within(screen.getByRole("grid")).getAllByRole("row").filter((row) => row.hasAttribute("aria-selected"));
}

export function chosen(): HTMLElement | undefined {
  return drawn().find((row) => row.getAttribute("aria-selected") === "true");
}

/** The first cell's words: a record's name. */
export function nameOf(row: HTMLElement | undefined): string {
  return row?.querySelector("[role=gridcell]")?.textContent ?? "";
}

/** Asks axe; colours are left out, since jsdom draws none, and what stands in frames, which it does not run. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, { iframes: false, rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)).toEqual([]);
}

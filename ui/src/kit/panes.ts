/** The panes that F6 goes round. Each marks its element, and inside it where the focus comes home to. */

export const PANES = ["rail", "commands", "folders", "list", "item", "context"] as const;
export type Pane = (typeof PANES)[number];

const FOCUSABLE = "button:not(:disabled), input:not(:disabled), select, textarea, a[href], summary, [tabindex='0']";

export function paneElement(pane: Pane): HTMLElement | null {
  return document.querySelector(`[data-pane="${pane}"]`);
}

/** The pane that holds the focus. */
export function paneOf(element: Element | null): Pane | null {
  const name = element?.closest<HTMLElement>("[data-pane]")?.dataset.pane;
  return PANES.find((pane) => pane === name) ?? null;
}

/** Puts the focus into a pane; says whether the pane is there. */
export function focusPane(pane: Pane): boolean {
  const element = paneElement(pane);
  if (!element) return false;
  const ownHome = element.matches("[data-pane-home]") ? element : element.querySelector<HTMLElement>("[data-pane-home]");
  const home = ownHome ?? element.querySelector<HTMLElement>(FOCUSABLE) ?? element;
  home.focus({ preventScroll: true });
  return true;
}

/** The next pane that is there, round and round. */
export function stepPane(step: 1 | -1): void {
  const present = PANES.filter((pane) => paneElement(pane) !== null);
  const current = paneOf(document.activeElement);
  const from = current === null ? (step === 1 ? -1 : 0) : present.indexOf(current);
  const next = present[(from + step + present.length) % present.length];
  if (next) focusPane(next);
}

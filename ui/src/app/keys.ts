/** Keys are handled in the page; what the webview would do with them by itself is off, or a reload would lose what is typed. */
import { paneOf } from "../kit/panes";
import { COMMANDS, type Command } from "./commands";

/** Accelerators of the webview: reload, print, find, zoom, caret browsing, source, history. */
export const SUPPRESSED: readonly string[] = [
  "F5", "Ctrl+F5", "Shift+F5", "Ctrl+R", "Ctrl+Shift+R", "Ctrl+P", "Ctrl+F", "Ctrl+G", "Ctrl+Shift+G", "F3", "Shift+F3",
  "Ctrl++", "Ctrl+Shift++", "Ctrl+=", "Ctrl+-", "Ctrl+0", "F7", "Ctrl+U", "Ctrl+S", "Ctrl+L", "Alt+ArrowLeft", "Alt+ArrowRight",
];

/** The chord of a key press, as the table of commands writes it. */
export function chordOf(event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "shiftKey" | "altKey">): string {
  // On some layouts the digits stand on the shifted row; the place of the key is what counts.
  const digit = event.ctrlKey ? /^Digit(\d)$/.exec(event.code)?.[1] : undefined;
  const key = digit ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", key].filter(Boolean).join("+");
}

/** The command that a chord means where the focus is. */
export function commandOf(chord: string, focus: Element | null): Command | undefined {
  const pane = paneOf(focus);
  // Enter on a button presses the button.
  const isOnControl = focus !== null && focus.matches("button, a, input, select, textarea, summary");
  const isInText = focus !== null && focus.matches("input:not([type=checkbox], [type=radio]), textarea, [contenteditable]") && focus.closest("[data-saved]") === null;
  return COMMANDS.find(({ chords }) =>
    chords.some(({ keys, inPane, isNotForText }) => keys === chord && (inPane === undefined || (inPane === pane && !isOnControl)) && !(isNotForText && isInText)),
  );
}

/** Begins a chord of two presses: some layouts type a character with Ctrl+Alt. */
export const LEADER = "Ctrl+;";

/** Handles every key press of the window until the returned function is called. */
export function listenToKeys(run: (command: Command) => void): () => void {
  let isLed = false;
  const onKeyDown = (event: KeyboardEvent) => {
    if (["Control", "Alt", "Shift", "Meta"].includes(event.key)) return;
    const pressed = chordOf(event);
    const chord = isLed ? `${LEADER} ${pressed}` : pressed;
    isLed = !isLed && pressed === LEADER;
    if (SUPPRESSED.includes(chord)) event.preventDefault();
    if (event.defaultPrevented && !SUPPRESSED.includes(chord)) return;
    // A dialog keeps the keys until it is answered.
    if (document.querySelector("[role=dialog], [role=alertdialog]")) return;
    const command = commandOf(chord, document.activeElement);
    if (!command) return;
    event.preventDefault();
    run(command);
  };
  const onWheel = (event: WheelEvent) => {
    if (event.ctrlKey) event.preventDefault();
  };
  const onContextMenu = (event: MouseEvent) => {
    const isText = (event.target as Element).closest("input, textarea, [contenteditable]") !== null;
    if (!isText) event.preventDefault();
  };
  window.addEventListener("keydown", onKeyDown);
  window.addEventListener("wheel", onWheel, { passive: false });
  window.addEventListener("contextmenu", onContextMenu);
  return () => {
    window.removeEventListener("keydown", onKeyDown);
    window.removeEventListener("wheel", onWheel);
    window.removeEventListener("contextmenu", onContextMenu);
  };
}

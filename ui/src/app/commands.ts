/** Everything a user can tell the window: one table, read by the command bar, the keys and their test. */
import type { ConflictState, Side } from "../features/conflict";
import type { MailDeed } from "../features/mail";
import type { FormState } from "../features/records";
import type { PlainKey } from "../i18n";
import { t } from "../i18n";
import type { MessageRow, SyncStatus, UndoStep } from "../ipc";
import type { IconName } from "../kit/icons";
import type { Pane } from "../kit/panes";
import type { PlaceName } from "./navigation";

/** What decides whether a command can be run now. */
export interface Situation {
  place: PlaceName;
  isRecordOpen: boolean;
  /** The row that is selected, or whose record is open. */
  index: number | null;
  total: number;
  /** The record page that is open; none while it is read, and elsewhere. */
  form: FormState | null;
  /** The entry in conflict of the record that is open, or the first of the outbox. */
  comparable: string | null;
  /** Whether a conflict is being looked at. */
  isComparing: boolean;
  /** How far its choosing is; none while it is read. */
  conflict: ConflictState | null;
  /** Whether any table of CRM is known. */
  hasTables: boolean;
  /** What the user did last and can take back. */
  undoStep: UndoStep | null;
  /** The chosen message. */
  message: MessageRow | null;
  /** Unread messages of the folder that is shown. */
  unread: number;
  status: SyncStatus | undefined;
  isSigningIn: boolean;
}

/** What commands do; the frame does it. */
export interface Deeds {
  go: (place: PlaceName) => void;
  open: () => void;
  back: () => void;
  step: (by: 1 | -1) => void;
  stepPane: (by: 1 | -1) => void;
  syncNow: () => void;
  pause: (on: boolean) => void;
  retryAll: () => void;
  workOffline: (on: boolean) => void;
  signIn: () => void;
  newRecord: () => void;
  newChild: (table: "contact" | "opportunity") => void;
  save: () => void;
  undo: () => void;
  takeBack: (step: UndoStep) => void;
  deleteRecord: () => void;
  compare: () => void;
  saveConflict: () => void;
  chooseAll: (side: Side) => void;
  mail: (deed: MailDeed) => void;
  showPane: (pane: Pane) => void;
}

export interface Chord {
  keys: string;
  /** Only while the focus is in this pane. */
  inPane?: Pane;
  /** Not where text is typed: there it is the text's own. */
  isNotForText?: boolean;
}

export interface Command {
  id: string;
  label: (now: Situation) => PlainKey;
  icon?: IconName;
  chords: readonly Chord[];
  /** The chord that stands beside its name when another command has it. */
  shownChord?: string;
  /** The bars that show it; a command without one is for the keyboard and the rail. */
  bars: readonly Bar[];
  /** The bar whose main command it is. */
  mainOf?: Bar;
  /** What it would do now, where its name alone does not say it. */
  hint?: (now: Situation) => string | null;
  /** Why it cannot be done now; none when it can. */
  whyNot: (now: Situation) => PlainKey | null;
  run: (deeds: Deeds, now: Situation) => void;
}

export type Bar = "mail" | "list" | "record" | "outbox" | "conflict" | "sync";

export function barOf(now: Situation): Bar {
  if (now.isComparing) return "conflict";
  if (now.place === "mail") return "mail";
  if (now.place === "outbox") return "outbox";
  return now.place === "sync" ? "sync" : now.isRecordOpen ? "record" : "list";
}

const always = () => null;
const isOffline = (now: Situation) => now.status?.connectivity === "workingOffline";

/** Both ways through a list say at its end that it ends. */
function whyNoStep(by: 1 | -1) {
  return (now: Situation): PlainKey | null => {
    if (now.place === "mail" && now.total === 0) return "why_not.no_message";
    if ((now.place !== "crm" && now.place !== "mail") || now.total === 0) return "why_not.nothing_selected";
    if (now.isRecordOpen && now.place === "crm" && now.index === null) return "why_not.from_message";
    const target = (now.index ?? -by) + by;
    return target < 0 ? "why_not.first_record" : target >= now.total ? "why_not.last_record" : null;
  };
}

/** Why nothing can be done with the chosen message. */
function whyNoMessage({ place, message }: Situation): PlainKey | null {
  return place !== "mail" || message === null ? "why_not.no_message" : null;
}

function whyNotRegarding(now: Situation): PlainKey | null {
  return whyNoMessage(now) ?? (now.message?.tracking.state === "notAllowed" ? "why_not.not_allowed" : null);
}

function whyNotTrack(now: Situation): PlainKey | null {
  const state = now.message?.tracking.state;
  return whyNotRegarding(now) ?? (state === "tracked" || state === "requested" ? "why_not.tracked" : null);
}

function whyNotUntrack(now: Situation): PlainKey | null {
  const state = now.message?.tracking.state;
  return whyNoMessage(now) ?? (state === "untracked" || state === "notAllowed" ? "why_not.untracked" : null);
}

/** Why what is typed cannot be saved. A new record always can: its fields say what they lack. */
function whyNoSave({ form }: Situation): PlainKey | null {
  if (!form) return "why_not.no_record_open";
  if (form.isSaving) return "why_not.saving";
  return form.isDirty || form.isNew ? null : "why_not.not_dirty";
}

function whyNoUndo({ form }: Situation): PlainKey | null {
  return !form ? "why_not.no_record_open" : form.isDirty ? null : "why_not.not_dirty";
}

function whyNotTakeBack({ form, undoStep }: Situation): PlainKey | null {
  if (form?.isDirty) return "why_not.is_dirty";
  return undoStep === null ? "why_not.nothing_done" : null;
}

/** What a step is, in the middle of a sentence. */
export function wordsOf({ did, name, columns, tableLabel }: UndoStep): string {
  const called = name === "" ? tableLabel : name;
  switch (did) {
    case "edit":
      return t("undo.edit", { columns: columns.join(", "), name: called });
    case "create":
      return t("undo.create", { name: called });
    case "delete":
      return t("undo.delete", { name: called });
    case "discard":
      return t("undo.discard", { name: called });
    case "choice":
      return t("undo.choice", { name: called });
  }
}

function whyNoChoice({ isComparing, conflict }: Situation): PlainKey | null {
  return isComparing && conflict ? null : "why_not.no_conflict";
}

function whyNotDecide(now: Situation): PlainKey | null {
  if (now.conflict?.isSaving) return "why_not.saving";
  return whyNoChoice(now) ?? (now.conflict?.undecided === 0 ? null : "why_not.undecided");
}

function whyNoSync({ status }: Situation): PlainKey | null {
  if (status?.connectivity === "workingOffline") return "why_not.offline";
  if (status?.connectivity === "signedOut") return "why_not.signed_out";
  if (status?.isPaused) return "why_not.paused";
  return status?.isBusy ? "why_not.syncing" : null;
}

export const COMMANDS: readonly Command[] = [
  {
    id: "go_mail",
    label: () => "command.go_mail",
    chords: [{ keys: "Ctrl+1" }],
    bars: [],
    whyNot: always,
    run: (deeds) => deeds.go("mail"),
  },
  {
    id: "go_folders",
    label: () => "command.go_folders",
    chords: [{ keys: "Ctrl+6" }],
    bars: [],
    whyNot: (now) => (now.place === "mail" ? null : "why_not.not_in_mail"),
    run: (deeds) => deeds.showPane("folders"),
  },
  {
    id: "track",
    label: () => "command.track",
    icon: "link",
    chords: [],
    shownChord: "Ctrl+Alt+X",
    bars: ["mail"],
    mainOf: "mail",
    whyNot: whyNotTrack,
    run: (deeds) => deeds.mail("track"),
  },
  {
    id: "regarding",
    label: () => "command.regarding",
    icon: "target",
    chords: [{ keys: "Ctrl+; G" }, { keys: "Ctrl+Alt+G" }],
    bars: ["mail"],
    whyNot: whyNotRegarding,
    run: (deeds) => deeds.mail("regarding"),
  },
  {
    id: "untrack",
    label: () => "command.untrack",
    icon: "unlink",
    chords: [],
    shownChord: "Ctrl+Alt+X",
    bars: ["mail"],
    whyNot: whyNotUntrack,
    run: (deeds) => deeds.mail("untrack"),
  },
  {
    // One chord for both, as the key for it has always turned the mark on and off.
    id: "turn_tracking",
    label: (now) => (whyNotTrack(now) === null ? "command.track" : "command.untrack"),
    chords: [{ keys: "Ctrl+; X" }, { keys: "Ctrl+Alt+X" }],
    bars: [],
    whyNot: (now) => whyNotTrack(now) && whyNotUntrack(now),
    run: (deeds, now) => deeds.mail(whyNotTrack(now) === null ? "track" : "untrack"),
  },
  {
    id: "add_person",
    label: () => "command.add_person",
    icon: "plus",
    chords: [],
    bars: ["mail"],
    whyNot: whyNotRegarding,
    run: (deeds) => deeds.mail("add"),
  },
  {
    id: "mark_unread",
    label: () => "command.mark_unread",
    icon: "mail",
    chords: [{ keys: "Ctrl+U" }],
    bars: ["mail"],
    whyNot: (now) => whyNoMessage(now) ?? (now.message?.isRead ? null : "why_not.unread"),
    run: (deeds) => deeds.mail("unread"),
  },
  {
    id: "mark_read",
    label: () => "command.mark_read",
    chords: [{ keys: "Ctrl+Q" }],
    bars: [],
    whyNot: (now) => whyNoMessage(now) ?? (now.message?.isRead ? "why_not.read" : null),
    run: (deeds) => deeds.mail("read"),
  },
  {
    id: "go_crm",
    label: () => "command.go_crm",
    chords: [{ keys: "Ctrl+5" }],
    bars: [],
    whyNot: always,
    run: (deeds) => deeds.go("crm"),
  },
  {
    id: "go_outbox",
    label: () => "command.go_outbox",
    chords: [{ keys: "Ctrl+Shift+O" }],
    bars: [],
    whyNot: always,
    run: (deeds) => deeds.go("outbox"),
  },
  {
    id: "go_sync",
    label: () => "command.go_sync",
    chords: [{ keys: "Ctrl+7" }],
    bars: [],
    whyNot: always,
    run: (deeds) => deeds.go("sync"),
  },
  {
    id: "open",
    label: () => "command.open",
    icon: "open",
    chords: [{ keys: "Enter", inPane: "list" }, { keys: "Ctrl+O" }],
    bars: ["list"],
    mainOf: "list",
    whyNot: (now) => (now.place === "mail" ? whyNoMessage(now) : now.place !== "crm" || now.index === null || now.total === 0 ? "why_not.nothing_selected" : null),
    run: (deeds) => deeds.open(),
  },
  {
    id: "new_record",
    label: () => "command.new_record",
    icon: "plus",
    chords: [{ keys: "Ctrl+N" }],
    bars: ["list"],
    whyNot: (now) => (now.place !== "crm" ? "why_not.not_in_crm" : now.hasTables ? null : "why_not.no_table"),
    run: (deeds) => deeds.newRecord(),
  },
  {
    id: "save",
    label: () => "command.save",
    icon: "save",
    chords: [{ keys: "Ctrl+S" }],
    bars: ["record"],
    mainOf: "record",
    whyNot: whyNoSave,
    run: (deeds) => deeds.save(),
  },
  {
    id: "undo",
    label: () => "command.undo",
    icon: "undo",
    chords: [],
    bars: ["record"],
    whyNot: whyNoUndo,
    run: (deeds) => deeds.undo(),
  },
  {
    id: "take_back",
    label: () => "command.take_back",
    icon: "undo",
    chords: [{ keys: "Ctrl+Z", isNotForText: true }],
    bars: ["list", "record", "outbox"],
    hint: ({ undoStep }) => undoStep && t("undo.next", { what: wordsOf(undoStep) }),
    whyNot: whyNotTakeBack,
    run: (deeds, { undoStep }) => undoStep && deeds.takeBack(undoStep),
  },
  {
    id: "delete_record",
    label: () => "command.delete_record",
    icon: "bin",
    chords: [{ keys: "Ctrl+D" }],
    bars: ["record"],
    whyNot: ({ form }) => (!form ? "why_not.no_record_open" : form.isNew ? "why_not.not_made" : null),
    run: (deeds) => deeds.deleteRecord(),
  },
  {
    id: "new_contact",
    label: () => "command.new_contact",
    icon: "person",
    chords: [{ keys: "Ctrl+Shift+C" }],
    bars: ["record"],
    whyNot: (now) => (now.hasTables ? null : "why_not.no_table"),
    run: (deeds) => deeds.newChild("contact"),
  },
  {
    id: "new_opportunity",
    label: () => "command.new_opportunity",
    icon: "plus",
    chords: [],
    bars: ["record"],
    whyNot: (now) => (now.hasTables ? null : "why_not.no_table"),
    run: (deeds) => deeds.newChild("opportunity"),
  },
  {
    id: "compare",
    label: () => "command.compare",
    icon: "target",
    chords: [{ keys: "Ctrl+Shift+K" }],
    bars: ["record", "outbox"],
    whyNot: ({ comparable, isComparing }) => (comparable === null || isComparing ? "why_not.no_conflict" : null),
    run: (deeds) => deeds.compare(),
  },
  {
    id: "save_version",
    label: () => "command.save_version",
    icon: "check",
    chords: [{ keys: "Ctrl+Enter" }],
    bars: ["conflict"],
    mainOf: "conflict",
    whyNot: whyNotDecide,
    run: (deeds) => deeds.saveConflict(),
  },
  {
    id: "keep_all_mine",
    label: () => "command.keep_all_mine",
    icon: "outbox",
    chords: [{ keys: "M", inPane: "item" }],
    bars: ["conflict"],
    whyNot: whyNoChoice,
    run: (deeds) => deeds.chooseAll("mine"),
  },
  {
    id: "take_all_theirs",
    label: () => "command.take_all_theirs",
    icon: "crm",
    chords: [{ keys: "T", inPane: "item" }],
    bars: ["conflict"],
    whyNot: whyNoChoice,
    run: (deeds) => deeds.chooseAll("theirs"),
  },
  {
    id: "back",
    label: (now) => (now.isComparing ? "command.later" : "command.back"),
    icon: "back",
    chords: [{ keys: "Escape" }],
    bars: ["record", "conflict"],
    whyNot: (now) => (now.isComparing || now.place === "mail" || (now.place === "crm" && now.isRecordOpen) ? null : "why_not.no_record_open"),
    run: (deeds) => deeds.back(),
  },
  {
    id: "previous",
    label: () => "command.previous",
    icon: "previous",
    chords: [{ keys: "Ctrl+," }],
    bars: ["record"],
    whyNot: whyNoStep(-1),
    run: (deeds) => deeds.step(-1),
  },
  {
    id: "next",
    label: () => "command.next",
    icon: "next",
    chords: [{ keys: "Ctrl+." }],
    bars: ["record"],
    whyNot: whyNoStep(1),
    run: (deeds) => deeds.step(1),
  },
  {
    id: "sync_now",
    label: () => "command.sync_now",
    icon: "sync",
    chords: [{ keys: "F9" }],
    bars: ["mail", "list", "record", "outbox", "sync"],
    mainOf: "sync",
    whyNot: whyNoSync,
    run: (deeds) => deeds.syncNow(),
  },
  {
    id: "retry_all",
    label: () => "command.retry_all",
    icon: "sync",
    chords: [{ keys: "Ctrl+Shift+F9" }],
    bars: ["outbox", "sync"],
    mainOf: "outbox",
    // What is under way does not keep the user from asking for the rest.
    whyNot: (now) => (whyNoSync(now) === "why_not.syncing" ? null : whyNoSync(now)),
    run: (deeds) => deeds.retryAll(),
  },
  {
    id: "pause",
    label: ({ status }) => (status?.isPaused ? "command.resume" : "command.pause"),
    icon: "clock",
    // Where consoles are, the system takes the first one for itself.
    chords: [{ keys: "Ctrl+Alt+F9" }, { keys: "Ctrl+F9" }],
    bars: ["outbox", "sync"],
    whyNot: always,
    run: (deeds, { status }) => deeds.pause(!status?.isPaused),
  },
  {
    id: "work_offline",
    label: (now) => (isOffline(now) ? "command.go_online" : "command.work_offline"),
    icon: "plane",
    chords: [],
    bars: ["mail", "list", "record", "outbox", "sync"],
    whyNot: always,
    run: (deeds, now) => deeds.workOffline(!isOffline(now)),
  },
  {
    id: "sign_in",
    label: () => "command.sign_in",
    icon: "person",
    chords: [],
    bars: ["sync"],
    whyNot: (now) => (now.isSigningIn ? "why_not.signing_in" : now.status?.connectivity === "signedOut" ? null : "why_not.signed_in"),
    run: (deeds) => deeds.signIn(),
  },
  {
    id: "next_pane",
    label: () => "command.next_pane",
    chords: [{ keys: "F6" }],
    bars: [],
    whyNot: always,
    run: (deeds) => deeds.stepPane(1),
  },
  {
    id: "previous_pane",
    label: () => "command.previous_pane",
    chords: [{ keys: "Shift+F6" }],
    bars: [],
    whyNot: always,
    run: (deeds) => deeds.stepPane(-1),
  },
];

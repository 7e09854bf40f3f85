/** The window at work: title, commands, rail, the place one stands in, status. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useRef, useState } from "react";

import { ConflictPane, type ConflictDeeds, type ConflictState } from "../features/conflict";
import { MailPane, useMail } from "../features/mail";
import { OutboxPane } from "../features/outbox";
import { blockRequest, firstSort, RecordPage, RecordsPane, type FormDeeds, type FormState } from "../features/records";
import { SyncPane } from "../features/sync";
import { t } from "../i18n";
import { askError, question, useAsk, useBackend, useDeed, useEntrance, type AskError, type TableHead } from "../ipc";
import { Blank } from "../kit/Blank";
import { Action, InfoBar } from "../kit/InfoBar";
import { focusPane, stepPane } from "../kit/panes";
import { Question } from "../kit/Question";
import styles from "./App.module.css";
import { CommandBar } from "./CommandBar";
import { wordsOf, type Command, type Deeds, type Situation } from "./commands";
import { listenToKeys } from "./keys";
import { listPlace, navigate, START, type Navigation, type OpenRecord } from "./navigation";
import { Rail } from "./Rail";
import { StatusBar } from "./StatusBar";
import { SyncLight } from "./SyncLight";
import { TitleBar } from "./TitleBar";

interface Props {
  /** What happened to the profile, until its user has dismissed it. */
  notice: string | null;
}

export function Desk({ notice }: Props) {
  const [navigation, move] = useReducer(navigate, START);
  const [total, setTotal] = useState(0);
  const [problem, setProblem] = useState<AskError | null>(null);
  const status = useAsk("sync_status", {}).data;
  const tables = useAsk("list_tables", {}).data?.tables ?? [];
  const table = tables.find((each) => each.table === navigation.table) ?? tables[0];
  const place = table ? listPlace(navigation, table.table) : null;
  const signIn = useEntrance("sign_in_again");
  const cancelSignIn = useDeed("cancel_sign_in");
  const syncNow = useDeed("sync_now");
  const workOffline = useDeed("work_offline");
  const pause = useDeed("pause_sync");
  const retryAll = useDeed("retry_all");
  const dismissNotice = useDeed("dismiss_notice");
  const undoStep = useAsk("next_undo", {}).data?.step ?? null;
  const takeBack = useDeed("take_back");
  const [takenBack, setTakenBack] = useState<string | null>(null);
  const openRow = useOpenRow(table, navigation);
  const mail = useMail(navigation.mail, setProblem);
  const [form, setForm] = useState<FormState | null>(null);
  const formDeeds = useRef<FormDeeds | null>(null);
  const [conflict, setConflict] = useState<ConflictState | null>(null);
  const conflictDeeds = useRef<ConflictDeeds | null>(null);
  const [comparable, setComparable] = useState<string | null>(null);
  const { leave, question: leaveQuestion } = useLeaving(form, () => formDeeds.current?.save());
  const { open } = navigation;
  const deletion = useDeletion(open, form, setProblem, () => move({ to: "back" }));

  const now: Situation = {
    place: navigation.place,
    isRecordOpen: navigation.open !== null,
    index: navigation.place === "mail" ? navigation.mail.selected : navigation.open ? navigation.open.index : (place?.selected ?? null),
    total,
    form,
    comparable,
    isComparing: navigation.conflict !== null,
    conflict,
    hasTables: table !== undefined,
    undoStep,
    message: mail.message,
    unread: mail.folder?.folder.unread ?? 0,
    status,
    isSigningIn: signIn.isPending,
  };

  const show = (index: number) => {
    openRow(index).then(
      (record) => record && leave(() => move({ to: "record", record })),
      (cause: unknown) => setProblem(askError(cause)),
    );
  };
  const compare = (entry: string) => leave(() => move({ to: "conflict", entry }));
  const failed = { onError: (error: AskError) => setProblem(error.code === "cancelled" ? null : error) };
  const deeds: Deeds = {
    go: (to) =>
      leave(() => {
        move({ to: "place", place: to });
        if (to === navigation.place && !navigation.open) focusPane("list");
      }),
    open: () => (navigation.place === "mail" ? focusPane("item") : now.index !== null && show(now.index)),
    back: () => (navigation.conflict ? move({ to: "back" }) : navigation.place === "mail" ? focusPane("list") : leave(() => move({ to: "back" }))),
    step: (by) => {
      const index = (now.index ?? -by) + by;
      if (navigation.place === "mail") move({ to: "mail", change: { selected: index } });
      else if (navigation.open) show(index);
      else if (table) move({ to: "list", table: table.table, change: { selected: index } });
    },
    stepPane,
    syncNow: () => syncNow.mutate({}, failed),
    pause: (on) => pause.mutate({ on }, failed),
    retryAll: () => retryAll.mutate({}, failed),
    workOffline: (on) => workOffline.mutate({ on }, failed),
    signIn: () => signIn.mutate({}, failed),
    newRecord: () => table && leave(() => move({ to: "record", record: { table: table.table, id: null, index: null, from: "crm" } })),
    newChild: (name) => leave(() => move({ to: "record", record: newChild(name, navigation) })),
    save: () => void formDeeds.current?.save(),
    undo: () => formDeeds.current?.undo(),
    takeBack: (step) => {
      // Twice in a row is two deeds: the second waits until it is known what it is about.
      if (takeBack.isPending) return;
      takeBack.mutate({ number: step.number }, { onSuccess: () => setTakenBack(wordsOf(step)), onError: (error) => setProblem(error) });
    },
    deleteRecord: deletion.ask,
    compare: () => comparable !== null && compare(comparable),
    saveConflict: () => conflictDeeds.current?.save(),
    chooseAll: (side) => conflictDeeds.current?.chooseAll(side),
    mail: mail.begin,
    showPane: focusPane,
  };
  const run = (command: Command) => {
    if (command.whyNot(now) !== null) return;
    setTakenBack(null);
    command.run(deeds, now);
  };

  const latest = useRef(run);
  latest.current = run;
  useEffect(() => listenToKeys((command) => latest.current(command)), []);
  usePaneFocus(navigation, table !== undefined);

  return (
    <div className={styles.desk}>
      <TitleBar>{status && <SyncLight status={status} />}</TitleBar>
      <CommandBar now={now} onRun={run} />
      <div>
        {notice !== null && (
          <div className={styles.notice}>
            <InfoBar tone="held" isAlert actions={<Action text={t("app.dismiss")} onClick={() => dismissNotice.mutate({ notice }, failed)} />}>
              {notice}
            </InfoBar>
          </div>
        )}
        <div aria-live="polite" data-testid="taken-back">
          {takenBack !== null && (
            <div className={styles.notice}>
              <InfoBar tone="good" actions={<Action text={t("app.dismiss")} onClick={() => setTakenBack(null)} />}>
                {t("undo.done", { what: takenBack })}
              </InfoBar>
            </div>
          )}
        </div>
        {problem && (
          <div className={styles.notice}>
            <InfoBar tone="held" isAlert actions={<Action text={t("app.dismiss")} onClick={() => setProblem(null)} />}>
              {problem.message}
            </InfoBar>
          </div>
        )}
      </div>
      {(navigation.place === "outbox" || (navigation.place === "crm" && open)) && <Comparable now={navigation} onFound={setComparable} />}
      <div className={styles.body}>
        <Rail place={navigation.place} held={status?.held ?? 0} waiting={status?.waiting ?? 0} onGo={deeds.go} />
        <main className={styles.main}>
          {navigation.place === "mail" ? (
            <MailPane
              mail={mail}
              place={navigation.mail}
              onPlace={(change) => move({ to: "mail", change })}
              onTotal={setTotal}
              onOpenMessage={deeds.open}
              onOpenRecord={({ table, id }) => move({ to: "record", record: { table, id, index: null } })}
              onOutbox={() => deeds.go("outbox")}
            />
          ) : navigation.conflict ? (
            <ConflictPane
              key={navigation.conflict.entry}
              entry={navigation.conflict.entry}
              deeds={conflictDeeds}
              onState={setConflict}
              onLeave={() => move({ to: "back" })}
            />
          ) : navigation.place === "outbox" ? (
            <OutboxPane
              onCompare={compare}
              onOpen={({ table: name, id }) => move({ to: "record", record: { table: name, id, index: null, from: "outbox" } })}
            />
          ) : navigation.place === "sync" ? (
            <SyncPane onOutbox={() => deeds.go("outbox")} onResume={() => deeds.pause(false)} onSignIn={deeds.signIn} onCancelSignIn={() => cancelSignIn.mutate({}, failed)} isSigningIn={signIn.isPending} />
          ) : open ? (
            <RecordPage
              key={`${open.table} ${open.id ?? "new"}`}
              table={open.table}
              id={open.id}
              parent={open.parent ?? null}
              isFresh={open.isFresh ?? false}
              deeds={formDeeds}
              onState={setForm}
              onMade={(made) => move({ to: "record", record: { ...open, ...made, isFresh: true } })}
              onOutbox={() => deeds.go("outbox")}
              onCompare={compare}
            />
          ) : table && place ? (
            <RecordsPane
              tables={tables}
              table={table}
              place={place}
              onTable={(name) => move({ to: "table", table: name })}
              onPlace={(change) => move({ to: "list", table: table.table, change })}
              onOpen={show}
              onTotal={setTotal}
            />
          ) : (
            <Blank title={t("records.no_tables")} hint={t("records.no_tables_hint")} />
          )}
        </main>
      </div>
      <StatusBar now={now} onSync={() => deeds.go("sync")} onOutbox={() => deeds.go("outbox")} />
      {leaveQuestion}
      {deletion.question}
    </div>
  );
}

/** A record of the account whose page is open, when one is. */
function newChild(table: string, { open, place }: Navigation): OpenRecord {
  const record: OpenRecord = { table, id: null, index: null, from: place };
  if (!open || place !== "crm" || open.id === null) return record;
  const isCustomer = open.table === "account";
  return { ...record, under: open, ...(isCustomer && { parent: { table: open.table, id: open.id } }) };
}

/** What is typed and not saved is left only on the user's word. */
function useLeaving(form: FormState | null, save: () => Promise<boolean> | undefined) {
  const [then, setThen] = useState<(() => void) | null>(null);
  const leave = (go: () => void) => (form?.isDirty ? setThen(() => go) : go());
  const answered = (isSettled: boolean) => {
    setThen(null);
    if (isSettled) then?.();
  };
  const question = then && (
    <Question
      title={t("record.leave_title")}
      answer={t("command.save")}
      second={{ text: t("record.leave_discard"), onChoose: () => answered(true) }}
      cancel={t("record.leave_stay")}
      // What could not be saved is not left.
      onAnswer={() => void save()?.then(answered)}
      onClose={() => setThen(null)}
    >
      <p>{t("record.leave", { name: form?.name === "" || !form ? t("record.unnamed") : form.name })}</p>
    </Question>
  );
  return { leave, question };
}

/** Deleting reaches everybody, so it is asked. */
function useDeletion(open: OpenRecord | null, form: FormState | null, onProblem: (problem: AskError) => void, onDeleted: () => void) {
  const [isAsked, setIsAsked] = useState(false);
  const deed = useDeed("delete_record");
  const remove = () => {
    setIsAsked(false);
    if (open === null || open.id === null) return;
    deed.mutate({ table: open.table, id: open.id }, { onSuccess: onDeleted, onError: onProblem });
  };
  const question = isAsked && (
    <Question title={t("record.delete_title")} answer={t("record.delete_yes")} cancel={t("record.delete_no")} onAnswer={remove} onClose={() => setIsAsked(false)}>
      <p>{t("record.delete", { name: form?.name === "" || !form ? t("record.unnamed") : form.name })}</p>
    </Question>
  );
  return { ask: () => setIsAsked(true), question };
}

/** Finds the record in a row of the list that is shown; none when the list ends before it. */
function useOpenRow(table: TableHead | undefined, navigation: Navigation) {
  const backend = useBackend();
  const client = useQueryClient();
  return async (index: number) => {
    if (!table) return null;
    const { sort, filter } = listPlace(navigation, table.table);
    const list = { table: table.table, sort: sort ?? firstSort(table), filter };
    const block = await client.query(question(backend, "list_records", blockRequest(list, index)));
    const row = block.rows[index - block.first];
    return row ? { table: table.table, id: row.id, index } : null;
  };
}

/** Finds the entry in conflict that one stands before: that of the open record, or the first of the outbox. Elsewhere nobody asks. */
function Comparable({ now: { place, open }, onFound }: { now: Navigation; onFound: (entry: string | null) => void }) {
  const entries = useAsk("list_outbox", {}).data?.entries ?? [];
  const found = entries.find(({ mayCompare, table, record }) => mayCompare && (place === "outbox" || (table === open?.table && record === open.id)))?.entry ?? null;
  useEffect(() => {
    onFound(found);
    return () => onFound(null);
  }, [found, onFound]);
  return null;
}

/** The focus follows the user to the place just gone to, and home to the list on the way back. */
function usePaneFocus({ place, open, conflict }: Navigation, hasList: boolean) {
  const pane = conflict || (place === "crm" && open) ? "item" : "list";
  useEffect(() => {
    // A record that gives way to the next leaves the focus on the button that asked for it.
    if (!conflict && document.activeElement?.closest("[data-pane='commands']")) return;
    focusPane(pane);
  }, [pane, place, open?.id, conflict, hasList]);
}

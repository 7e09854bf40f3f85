/** The window at work: title, commands, rail, the place one stands in, status. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useRef, useState } from "react";

import { MailPane, useMail } from "../features/mail";
import { blockRequest, firstSort, RecordPage, RecordsPane } from "../features/records";
import { SyncPane } from "../features/sync";
import { t } from "../i18n";
import { askError, question, useAsk, useBackend, useDeed, useEntrance, type AskError, type TableHead } from "../ipc";
import { Blank } from "../kit/Blank";
import { Action, InfoBar } from "../kit/InfoBar";
import { focusPane, stepPane } from "../kit/panes";
import styles from "./App.module.css";
import { CommandBar } from "./CommandBar";
import type { Command, Deeds, Situation } from "./commands";
import { listenToKeys } from "./keys";
import { listPlace, navigate, START, type Navigation } from "./navigation";
import { Rail } from "./Rail";
import { StatusBar } from "./StatusBar";
import { SyncLight } from "./SyncLight";
import { TitleBar } from "./TitleBar";

export function Desk() {
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
  const openRow = useOpenRow(table, navigation);
  const mail = useMail(navigation.mail, setProblem);

  const now: Situation = {
    place: navigation.place,
    isRecordOpen: navigation.open !== null,
    index: navigation.place === "mail" ? navigation.mail.selected : navigation.open ? navigation.open.index : (place?.selected ?? null),
    total,
    message: mail.message,
    unread: mail.folder?.folder.unread ?? 0,
    status,
    isSigningIn: signIn.isPending,
  };

  const show = (index: number) => {
    openRow(index).then(
      (record) => record && move({ to: "record", record }),
      (cause: unknown) => setProblem(askError(cause)),
    );
  };
  const failed = { onError: (error: AskError) => setProblem(error.code === "cancelled" ? null : error) };
  const deeds: Deeds = {
    go: (to) => {
      move({ to: "place", place: to });
      if (to === navigation.place && !navigation.open) focusPane("list");
    },
    open: () => (navigation.place === "mail" ? focusPane("item") : now.index !== null && show(now.index)),
    back: () => (navigation.place === "mail" ? focusPane("list") : move({ to: "back" })),
    step: (by) => {
      const index = (now.index ?? -by) + by;
      if (navigation.place === "mail") move({ to: "mail", change: { selected: index } });
      else if (navigation.open) show(index);
      else if (table) move({ to: "list", table: table.table, change: { selected: index } });
    },
    stepPane,
    syncNow: () => syncNow.mutate({}, failed),
    workOffline: (on) => workOffline.mutate({ on }, failed),
    signIn: () => signIn.mutate({}, failed),
    mail: mail.begin,
    showPane: focusPane,
  };
  const run = (command: Command) => {
    if (command.whyNot(now) === null) command.run(deeds, now);
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
        {problem && (
          <div className={styles.notice}>
            <InfoBar tone="held" isAlert actions={<Action text={t("app.dismiss")} onClick={() => setProblem(null)} />}>
              {problem.message}
            </InfoBar>
          </div>
        )}
      </div>
      <div className={styles.body}>
        <Rail place={navigation.place} onGo={deeds.go} />
        <main className={styles.main}>
          {navigation.place === "mail" ? (
            <MailPane
              mail={mail}
              place={navigation.mail}
              onPlace={(change) => move({ to: "mail", change })}
              onTotal={setTotal}
              onOpenMessage={deeds.open}
              onOpenRecord={({ table, id }) => move({ to: "record", record: { table, id, index: null } })}
              onOutbox={() => deeds.go("sync")}
            />
          ) : navigation.place === "sync" ? (
            <SyncPane onSignIn={deeds.signIn} onCancelSignIn={() => cancelSignIn.mutate({}, failed)} isSigningIn={signIn.isPending} />
          ) : navigation.open ? (
            <RecordPage key={navigation.open.id} table={navigation.open.table} id={navigation.open.id} />
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
      <StatusBar now={now} onSync={() => deeds.go("sync")} />
    </div>
  );
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

/** The focus follows the user to the place just gone to, and home to the list on the way back. */
function usePaneFocus({ place, open }: Navigation, hasList: boolean) {
  const pane = place === "crm" && open ? "item" : "list";
  useEffect(() => {
    // A record that gives way to the next leaves the focus on the button that asked for it.
    if (document.activeElement?.closest("[data-pane='commands']")) return;
    focusPane(pane);
  }, [pane, place, open?.id, hasList]);
}

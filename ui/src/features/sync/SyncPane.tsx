/** How each table stands between CRM and this laptop. */
import { Button } from "@fluentui/react-components";
import { useEffect, useRef, type ReactNode } from "react";

import { clock, number, t, type PlainKey } from "../../i18n";
import { useAsk, type Connectivity, type Lane, type MailLane, type SyncStatus } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { Action, InfoBar } from "../../kit/InfoBar";
import { Mark, type Tone } from "../../kit/Mark";
import { useNow } from "../../kit/now";
import { polled, Reasons } from "./Polled";
import { Rules } from "./Rules";
import { isRed, nextTime, words, type LaneKind } from "./words";
import styles from "./SyncPane.module.css";

/** Often enough that a lane that stands still is red within a minute. */
const LOOK_EVERY = 5_000;

interface Props {
  onOutbox: () => void;
  onResume: () => void;
  onSignIn: () => void;
  onCancelSignIn: () => void;
  isSigningIn: boolean;
}

export function SyncPane(props: Props) {
  const status = useAsk("sync_status", {});
  const mail = useAsk("list_mail_lanes", {});
  useLookAgain(status.refetch, mail.refetch);
  return (
    <section className={styles.pane} data-pane="list" data-pane-home tabIndex={-1} aria-label={t("sync.title")}>
      {status.data ? (
        <Lanes status={status.data} mailboxes={mail.data?.mailboxes ?? []} {...props} />
      ) : status.error ? (
        <Blank title={t("sync.failed")} hint={status.error.message}>
          <Button onClick={() => void status.refetch()}>{t("app.try_again")}</Button>
        </Blank>
      ) : (
        <Blank title={t("sync.loading")} isWait />
      )}
    </section>
  );
}

/** Nobody tells of what does not happen: a lane that stands still is found by looking. */
function useLookAgain(...looks: (() => unknown)[]) {
  const latest = useRef(looks);
  latest.current = looks;
  useEffect(() => {
    const timer = setInterval(() => latest.current.forEach((look) => void look()), LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
}

function Lanes({ status, mailboxes, ...props }: Props & { status: SyncStatus; mailboxes: readonly MailLane[] }) {
  const now = useNow();
  const { outbox, waiting, held } = status;
  // What is said of CRM as a whole stands once, above the lanes.
  const own = (message: string | null) => (message === status.message ? null : message);
  return (
    <>
      <header className={styles.title}>
        <h1>{t("sync.title")}</h1>
        <span className={styles.remarks}>{remark(status, now)}</span>
      </header>
      <Standing status={status} {...props} />
      {status.lanes.length === 0 ? (
        <Blank title={t("sync.no_lanes")} hint={t("sync.no_lanes_hint")} />
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("sync.what")}</th>
              <th scope="col">{t("sync.state")}</th>
              <th scope="col" data-numeric>
                {t("sync.kept")}
              </th>
              <th scope="col">{t("sync.as_of")}</th>
              <th scope="col">{t("sync.next")}</th>
              <th scope="col">{t("sync.remark")}</th>
            </tr>
          </thead>
          <Group title={t("sync.to_crm")}>
            <Line
              kind="outbox"
              lane={{ ...outbox, message: own(outbox.message), label: t("sync.outbox"), rows: waiting + held }}
              asOf={outbox.since === null ? "" : t("sync.oldest", { time: clock(outbox.since, now) })}
              now={now}
              act={isRed(outbox.state) && held > 0 ? <Action text={t("sync.outbox")} onClick={props.onOutbox} /> : null}
            />
          </Group>
          <Group title={t("sync.tables")}>
            {status.lanes.map((lane) => (
              <Line
                key={lane.table}
                kind="table"
                lane={{ ...lane, message: own(lane.message) }}
                asOf={asOf(lane.syncedAt, now)}
                now={now}
                act={lane.polled !== null ? <span>{polled(lane.polled, now)}</span> : null}
              />
            ))}
          </Group>
          {mailboxes.length > 0 && (
            <Group title={t("sync.mail")}>
              {mailboxes.map((lane) => (
                <Line key={lane.mailbox} kind="mail" lane={lane} asOf={asOf(lane.syncedAt, now)} now={now} />
              ))}
            </Group>
          )}
        </table>
      )}
      <Reasons lanes={status.lanes} />
      <Rules />
    </>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <tbody>
      <tr className={styles.group}>
        <th scope="rowgroup" colSpan={6}>
          {title}
        </th>
      </tr>
      {children}
    </tbody>
  );
}

interface LineProps {
  kind: LaneKind;
  lane: Pick<Lane, "label" | "rows" | "state" | "nextAt" | "message">;
  asOf: string;
  now: number;
  act?: ReactNode;
}

function Line({ kind, lane, asOf: age, now, act }: LineProps) {
  const { text, tone, hint } = words(kind, lane.state);
  return (
    <tr data-lane={lane.label} data-tone={tone}>
      <th scope="row">{lane.label}</th>
      <td>
        <Mark tone={tone} text={t(text)} />
      </td>
      <td data-numeric>{number(lane.rows)}</td>
      <td className={styles.time}>{age}</td>
      <td className={styles.time}>{nextTime(lane.nextAt, now)}</td>
      <td className={styles.message}>
        {lane.message !== null && <span className={tone === "held" ? styles.wrong : undefined}>{lane.message}</span>}
        {hint !== null && <span>{t(hint)}</span>}
        {act}
      </td>
    </tr>
  );
}

function asOf(at: number | null, now: number): string {
  return at === null ? t("sync.never") : clock(at, now);
}

/** The line beside the title: connected, or how far the first read has come. */
function remark({ connectivity, isBusy, isPaused, nextAt, lanes }: SyncStatus, now: number): string {
  const read = lanes.filter(({ syncedAt }) => syncedAt !== null).length;
  if (read < lanes.length) return t("sync.progress", { count: read, total: lanes.length });
  if (connectivity !== "online" || isPaused) return "";
  if (isBusy) return t("sync.busy");
  return nextAt === null ? t("sync.online") : [t("sync.online"), t("sync.next_look", { when: nextTime(nextAt, now) })].join(" ");
}

const SENTENCES: Record<Exclude<Connectivity, "online">, { text: PlainKey; tone: Tone }> = {
  unreachable: { text: "sync.unreachable", tone: "waiting" },
  workingOffline: { text: "sync.working_offline", tone: "waiting" },
  signedOut: { text: "sync.signed_out", tone: "held" },
};

function Standing({ status, onResume, onSignIn, onCancelSignIn, isSigningIn }: Props & { status: SyncStatus }) {
  const { connectivity, message, lanes, outbox } = status;
  const isStalled = [outbox, ...lanes].some(({ state }) => state === "stalled");
  return (
    <>
      {isSigningIn ? (
        <InfoBar tone="waiting" actions={<Action text={t("first.cancel")} onClick={onCancelSignIn} />}>
          {t("sync.signing_in")}
        </InfoBar>
      ) : (
        connectivity !== "online" && (
          <InfoBar
            tone={isStalled ? "held" : SENTENCES[connectivity].tone}
            actions={connectivity === "signedOut" ? <Action text={t("command.sign_in")} onClick={onSignIn} /> : undefined}
          >
            {t(SENTENCES[connectivity].text)}
          </InfoBar>
        )
      )}
      {status.isPaused && (
        <InfoBar tone="waiting" actions={<Action text={t("command.resume")} onClick={onResume} />}>
          {t("sync.paused_bar")}
        </InfoBar>
      )}
      {message !== null && <InfoBar tone={connectivity === "online" || isStalled ? "held" : "waiting"}>{message}</InfoBar>}
    </>
  );
}

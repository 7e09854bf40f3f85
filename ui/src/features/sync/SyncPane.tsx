/** How each table stands between CRM and this laptop. */
import { Button } from "@fluentui/react-components";

import { clock, number, t, type PlainKey } from "../../i18n";
import { useAsk, type Connectivity, type Lane, type LaneState, type SyncStatus } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { Action, InfoBar } from "../../kit/InfoBar";
import { Mark, type Tone } from "../../kit/Mark";
import { useNow } from "../../kit/now";
import { Rules } from "./Rules";
import styles from "./SyncPane.module.css";

interface Props {
  onSignIn: () => void;
  onCancelSignIn: () => void;
  isSigningIn: boolean;
}

export function SyncPane(props: Props) {
  const status = useAsk("sync_status", {});
  return (
    <section className={styles.pane} data-pane="list" data-pane-home tabIndex={-1} aria-label={t("sync.title")}>
      {status.data ? (
        <Lanes status={status.data} {...props} />
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

function Lanes({ status, ...props }: Props & { status: SyncStatus }) {
  const now = useNow();
  return (
    <>
      <header className={styles.title}>
        <h1>{t("sync.title")}</h1>
        <span className={styles.remarks}>{remark(status)}</span>
      </header>
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
              <th scope="col">{t("sync.remark")}</th>
            </tr>
          </thead>
          <tbody>
            {status.lanes.map((lane) => (
              <Line key={lane.table} lane={lane} now={now} />
            ))}
          </tbody>
        </table>
      )}
      <Standing status={status} {...props} />
      <Rules />
    </>
  );
}

const STATES: Record<LaneState, { text: PlainKey; tone: Tone }> = {
  cold: { text: "sync.cold", tone: "waiting" },
  backfilling: { text: "sync.backfilling", tone: "waiting" },
  upToDate: { text: "sync.up_to_date", tone: "good" },
  failed: { text: "sync.stopped", tone: "held" },
};

function Line({ lane, now }: { lane: Lane; now: number }) {
  const { text, tone } = STATES[lane.state];
  return (
    <tr>
      <th scope="row">{lane.label}</th>
      <td>
        <Mark tone={tone} text={t(text)} />
      </td>
      <td data-numeric>{number(lane.rows)}</td>
      <td>{lane.syncedAt === null ? t("sync.never") : clock(lane.syncedAt, now)}</td>
      <td className={styles.message}>{lane.message}</td>
    </tr>
  );
}

/** The line beside the title: connected, or how far the first read has come. */
function remark({ connectivity, isBusy, lanes }: SyncStatus): string {
  const read = lanes.filter(({ syncedAt }) => syncedAt !== null).length;
  if (read < lanes.length) return t("sync.progress", { count: read, total: lanes.length });
  return connectivity === "online" ? t(isBusy ? "sync.busy" : "sync.online") : "";
}

const SENTENCES: Record<Exclude<Connectivity, "online">, { text: PlainKey; tone: Tone }> = {
  unreachable: { text: "sync.unreachable", tone: "waiting" },
  workingOffline: { text: "sync.working_offline", tone: "waiting" },
  signedOut: { text: "sync.signed_out", tone: "held" },
};

function Standing({ status, onSignIn, onCancelSignIn, isSigningIn }: Props & { status: SyncStatus }) {
  const { connectivity, message } = status;
  return (
    <>
      {isSigningIn ? (
        <InfoBar tone="waiting" actions={<Action text={t("first.cancel")} onClick={onCancelSignIn} />}>
          {t("sync.signing_in")}
        </InfoBar>
      ) : (
        connectivity !== "online" && (
          <InfoBar
            tone={SENTENCES[connectivity].tone}
            actions={connectivity === "signedOut" ? <Action text={t("command.sign_in")} onClick={onSignIn} /> : undefined}
          >
            {t(SENTENCES[connectivity].text)}
          </InfoBar>
        )
      )}
      {message !== null && <InfoBar tone={connectivity === "online" ? "held" : "waiting"}>{message}</InfoBar>}
    </>
  );
}

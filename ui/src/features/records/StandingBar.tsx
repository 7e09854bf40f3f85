/** How the record stands between this laptop and CRM: saved is said at once, in CRM follows by itself. */
import { clock, t } from "../../i18n";
import { useAsk, useDeed, type RecordPage } from "../../ipc";
import { Action, InfoBar } from "../../kit/InfoBar";
import { useNow } from "../../kit/now";

interface Props {
  record: RecordPage;
  /** Whether it was saved since the page was opened. */
  hasSaved: boolean;
  onOutbox: () => void;
  onCompare: (entry: string) => void;
}

export function StandingBar({ record, hasSaved, onOutbox, onCompare }: Props) {
  const now = useNow();
  const entries = (useAsk("list_outbox", {}).data?.entries ?? []).filter((each) => each.table === record.table && each.record === record.id);
  const discard = useDeed("discard_entry");
  const last = entries.at(-1);
  const show = <Action text={t("record.show_in_outbox")} onClick={onOutbox} />;

  if (record.standing === "inCrm") return hasSaved ? <InfoBar tone="good" lead={t("record.in_crm")} /> : null;
  if (record.standing === "held") {
    const message = entries.flatMap(({ state }) => (state.state === "held" ? [state.message] : []))[0];
    const clashed = entries.find(({ mayCompare }) => mayCompare);
    const compare = clashed && <Action text={t("record.compare")} onClick={() => onCompare(clashed.entry)} />;
    return (
      <InfoBar
        tone="held"
        lead={t("record.held")}
        actions={
          <>
            {compare}
            {show}
          </>
        }
      >
        {message ?? t("record.held_rest")}
      </InfoBar>
    );
  }
  const columns = new Set(entries.flatMap(({ changes }) => changes.map(({ column }) => column))).size;
  const undo = last?.deed === "update" && last.mayDiscard && (
    <Action text={t("record.take_back")} onClick={() => discard.mutate({ entry: last.entry })} />
  );
  return (
    <InfoBar
      tone="waiting"
      lead={last ? t("record.saved_at", { time: clock(last.since, now) }) : t("record.waiting")}
      actions={
        <>
          {show}
          {undo}
        </>
      }
    >
      {discard.error ? discard.error.message : columns > 0 ? t("record.columns_wait", { count: columns }) : t("record.waiting_rest")}
    </InfoBar>
  );
}

/** How the message stands with CRM, in the same states as everything else. */
import { t } from "../../i18n";
import { useAsk, type PartyHead, type PartyRole, type RecordRef, type RegardingHead, type Tracking } from "../../ipc";
import { Icon } from "../../kit/Icon";
import { Action, InfoBar } from "../../kit/InfoBar";
import type { Mail } from "./deeds";
import styles from "./ReadingPane.module.css";

interface Props {
  tracking: Tracking;
  /** Who takes part by the record in CRM. */
  parties: readonly PartyHead[];
  mail: Mail;
  onOpenRecord: (record: RecordRef) => void;
  onOutbox: () => void;
}

export function TrackedBar({ tracking, parties, mail, onOpenRecord, onOutbox }: Props) {
  const isListed = useIsListed();
  switch (tracking.state) {
    case "untracked":
      return null;
    case "requested":
      return (
        <InfoBar tone="waiting" lead={t("tracking.requested")} actions={<Action text={t("tracking.outbox")} onClick={onOutbox} />}>
          {about(tracking.regarding) ?? t("tracking.goes_by_itself")}
        </InfoBar>
      );
    case "tracked": {
      const { regarding } = tracking;
      const actions = (
        <>
          {regarding && isListed(regarding) && <Action text={t("command.open")} onClick={() => onOpenRecord(regarding)} />}
          <Action text={t(regarding ? "tracking.change" : "command.regarding")} onClick={() => mail.begin("regarding")} />
          <Action text={t("command.untrack")} onClick={() => mail.begin("untrack")} />
        </>
      );
      return (
        <InfoBar tone="good" lead={t("tracking.tracked")} actions={actions}>
          {about(regarding) ?? t("tracking.without_regarding")}
          <span>{who(parties).map((people) => ` · ${people}`)}</span>
        </InfoBar>
      );
    }
    case "failed":
      return (
        <InfoBar tone="held" lead={t("tracking.failed_lead")} actions={<Action text={t("tracking.outbox")} onClick={onOutbox} />}>
          {tracking.message}
        </InfoBar>
      );
    case "notAllowed":
      return (
        <div className={styles.plain}>
          <Icon name="unlink" />
          <span>{tracking.message}</span>
        </div>
      );
  }
}

function about(regarding: RegardingHead | null): string | null {
  return regarding && t("tracking.regarding", { name: regarding.name === "" ? t("record.unnamed") : regarding.name });
}

/** What each role is called, in the order in which they are told. */
const ROLES: Record<PartyRole, (names: string) => string> = {
  from: (names) => t("tracking.from", { names }),
  to: (names) => t("tracking.to", { names }),
  cc: (names) => t("tracking.cc", { names }),
  bcc: (names) => t("tracking.bcc", { names }),
};

function who(parties: readonly PartyHead[]): string[] {
  return (Object.keys(ROLES) as PartyRole[]).flatMap((role) => {
    const names = parties.filter((party) => party.role === role).map(({ name }) => name);
    return names.length === 0 ? [] : [ROLES[role](names.join(", "))];
  });
}

/** Whether the record's table has a list and a page here. */
export function useIsListed(): (record: RecordRef) => boolean {
  const tables = useAsk("list_tables", {}).data?.tables ?? [];
  return (record) => tables.some(({ table }) => table === record.table);
}

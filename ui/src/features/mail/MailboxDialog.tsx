/** Add mailbox: where it is, and how to sign in to it. The connection is tried before anything is kept. */
import { Input, Spinner } from "@fluentui/react-components";
import { useRef, useState } from "react";

import { t } from "../../i18n";
import { useDeed } from "../../ipc";
import { Question } from "../../kit/Question";
import styles from "./Dialogs.module.css";
import { Labelled } from "./Labelled";

/** IMAP over TLS. */
const PORT = "993";

export function MailboxDialog({ onClose }: { onClose: () => void }) {
  const add = useDeed("add_mailbox");
  const cancel = useDeed("cancel_add_mailbox");
  const [typed, setTyped] = useState({ address: "", server: "", port: PORT, user: "", password: "" });
  const [isIncomplete, setIncomplete] = useState(false);
  const isUserTyped = useRef(false);
  const isOpen = useRef(true);

  const change = (part: Partial<typeof typed>) => setTyped((before) => ({ ...before, ...part }));
  const onAddress = (address: string) => change(isUserTyped.current ? { address } : { address, user: address });

  const connect = () => {
    const port = Number(typed.port);
    const isComplete = typed.address.includes("@") && typed.server.trim() !== "" && typed.user.trim() !== "" && typed.password !== "" && Number.isInteger(port) && port > 0 && port < 65_536;
    setIncomplete(!isComplete);
    add.reset();
    if (!isComplete) return;
    add.mutate(
      { address: typed.address.trim(), server: typed.server.trim(), port, user: typed.user.trim(), password: typed.password },
      { onSuccess: () => isOpen.current && onClose() },
    );
  };
  // While it waits, Cancel ends the waiting and the form stays, so that what was typed can be corrected.
  const close = () => {
    if (add.isPending) {
      cancel.mutate({});
      return;
    }
    isOpen.current = false;
    onClose();
  };
  const failure = add.error && (add.error.code === "cancelled" ? t("mailbox.cancelled") : add.error.message);

  return (
    <Question
      title={t("mailbox.title")}
      cancel={t("app.cancel")}
      answer={t("mailbox.connect")}
      mayAnswer={!add.isPending}
      onAnswer={connect}
      onClose={close}
      problem={isIncomplete ? t("mailbox.incomplete") : (failure ?? cancel.error?.message)}
    >
      <Labelled label={t("mailbox.address")}>
        {(id) => <Input id={id} type="email" autoFocus autoComplete="off" value={typed.address} disabled={add.isPending} onChange={(_, data) => onAddress(data.value)} />}
      </Labelled>
      <Labelled label={t("mailbox.server")}>
        {(id) => <Input id={id} autoComplete="off" value={typed.server} placeholder={t("mailbox.server_hint")} disabled={add.isPending} onChange={(_, data) => change({ server: data.value })} />}
      </Labelled>
      <Labelled label={t("mailbox.port")}>
        {(id) => <Input id={id} inputMode="numeric" value={typed.port} disabled={add.isPending} onChange={(_, data) => change({ port: data.value.replace(/\D/g, "") })} />}
      </Labelled>
      <Labelled label={t("mailbox.user")}>
        {(id) => (
          <Input
            id={id}
            autoComplete="off"
            value={typed.user}
            disabled={add.isPending}
            onChange={(_, data) => {
              isUserTyped.current = true;
              change({ user: data.value });
            }}
          />
        )}
      </Labelled>
      <Labelled label={t("mailbox.password")}>
        {(id) => <Input id={id} type="password" autoComplete="off" value={typed.password} disabled={add.isPending} onChange={(_, data) => change({ password: data.value })} />}
      </Labelled>
      {add.isPending ? (
        <div role="status">
          <Spinner size="tiny" label={t("mailbox.connecting")} labelPosition="after" />
        </div>
      ) : (
        <p className={styles.note}>{t("mailbox.note")}</p>
      )}
    </Question>
  );
}

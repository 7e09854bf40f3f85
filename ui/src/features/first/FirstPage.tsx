/** What a newcomer sees: the demo, or the address of one's own organisation. */
import { Button, Input } from "@fluentui/react-components";
import { useId, useState, type SyntheticEvent } from "react";

import { t } from "../../i18n";
import { useDeed, useEntrance, type AskError } from "../../ipc";
import { InfoBar } from "../../kit/InfoBar";
import { Field } from "./Field";
import styles from "./Entrance.module.css";

interface Props {
  hasDemo: boolean;
  /** Whether the browser has the word, whoever sent it there. */
  isSigningIn: boolean;
  /** How the last try failed. */
  message: string | null;
}

export function FirstPage({ hasDemo, isSigningIn, message }: Props) {
  const tryDemo = useEntrance("try_demo");
  const connect = useEntrance("connect");
  const [organisation, setOrganisation] = useState("");
  const [clientId, setClientId] = useState("");
  const [tenant, setTenant] = useState("");
  const [isIncomplete, setIncomplete] = useState(false);
  const formId = useId();

  if (isSigningIn || tryDemo.isPending || connect.isPending) return <Waiting />;

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    const isComplete = organisation.trim() !== "" && clientId.trim() !== "";
    setIncomplete(!isComplete);
    tryDemo.reset();
    connect.reset();
    if (isComplete) connect.mutate({ organisation: organisation.trim(), clientId: clientId.trim(), tenant: tenant.trim() });
  };

  return (
    <>
      <h1>{t("first.title")}</h1>
      <p>{t("first.what")}</p>
      <Problem isIncomplete={isIncomplete} error={tryDemo.error ?? connect.error} message={message} />
      {hasDemo && (
        <>
          <Button appearance="primary" onClick={() => tryDemo.mutate({})}>
            {t("first.demo")}
          </Button>
          <p className={styles.hint}>{t("first.demo_hint")}</p>
          <hr className={styles.rule} />
        </>
      )}
      <form id={formId} className={styles.form} onSubmit={onSubmit} noValidate>
        <Field label={t("first.organisation")}>
          {(id) => (
            <Input id={id} type="url" autoFocus value={organisation} placeholder={t("first.organisation_hint")} onChange={(_, data) => setOrganisation(data.value)} />
          )}
        </Field>
        <Field label={t("first.client_id")}>{(id) => <Input id={id} value={clientId} onChange={(_, data) => setClientId(data.value)} />}</Field>
        <Field label={t("first.tenant")}>
          {(id) => <Input id={id} value={tenant} placeholder={t("first.tenant_hint")} onChange={(_, data) => setTenant(data.value)} />}
        </Field>
        <Button type="submit">{t("first.connect")}</Button>
      </form>
      <details className={styles.where}>
        <summary>{t("first.where")}</summary>
        <p>{t("first.where_answer")}</p>
      </details>
    </>
  );
}

function Problem({ isIncomplete, error, message }: { isIncomplete: boolean; error: AskError | null; message: string | null }) {
  if (isIncomplete) return <InfoBar tone="held" isAlert>{t("first.missing")}</InfoBar>;
  if (error?.code === "cancelled") return <InfoBar tone="waiting" isAlert>{t("first.cancelled")}</InfoBar>;
  const said = error?.message ?? message;
  return said !== null && <InfoBar tone="held" isAlert>{said}</InfoBar>;
}

/** Shown while the sign-in page is open in the browser. */
function Waiting() {
  const cancel = useDeed("cancel_sign_in");
  return (
    <>
      <h1>{t("first.waiting_title")}</h1>
      <p role="status">{t("first.waiting")}</p>
      {cancel.error && <InfoBar tone="held" isAlert>{cancel.error.message}</InfoBar>}
      <div className={styles.buttons}>
        <Button autoFocus onClick={() => cancel.mutate({})}>
          {t("first.cancel")}
        </Button>
      </div>
    </>
  );
}

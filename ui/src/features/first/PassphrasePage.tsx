/** Where there is no keyring: the passphrase that opens the data, or encrypts it from the start. */
import { Button, Input } from "@fluentui/react-components";
import { useState, type SyntheticEvent } from "react";

import { t, type PlainKey } from "../../i18n";
import { useEntrance } from "../../ipc";
import { InfoBar } from "../../kit/InfoBar";
import { Field } from "./Field";
import styles from "./Entrance.module.css";

interface Props {
  isNew: boolean;
  message: string | null;
}

export function PassphrasePage({ isNew, message }: Props) {
  const enter = useEntrance("use_passphrase");
  const [passphrase, setPassphrase] = useState("");
  const [repeated, setRepeated] = useState("");
  const [problem, setProblem] = useState<PlainKey | null>(null);

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    const found = passphrase === "" ? "passphrase.empty" : isNew && passphrase !== repeated ? "passphrase.differ" : null;
    setProblem(found);
    if (found === null) enter.mutate({ passphrase });
  };

  const said = problem !== null ? t(problem) : (enter.error?.message ?? message);
  return (
    <>
      <h1>{t(isNew ? "passphrase.title_new" : "passphrase.title")}</h1>
      <p>{t(isNew ? "passphrase.why_new" : "passphrase.why")}</p>
      {said !== null && <InfoBar tone="held" isAlert>{said}</InfoBar>}
      <form className={styles.form} onSubmit={onSubmit}>
        <Field label={t("passphrase.label")}>
          {(id) => <Input id={id} type="password" autoFocus value={passphrase} onChange={(_, data) => setPassphrase(data.value)} />}
        </Field>
        {isNew && (
          <Field label={t("passphrase.repeat")}>
            {(id) => <Input id={id} type="password" value={repeated} onChange={(_, data) => setRepeated(data.value)} />}
          </Field>
        )}
        <Button type="submit" appearance="primary" disabled={enter.isPending}>
          {t(isNew ? "passphrase.make" : "passphrase.open")}
        </Button>
      </form>
    </>
  );
}

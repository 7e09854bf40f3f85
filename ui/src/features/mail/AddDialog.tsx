/** Add to CRM: makes a contact, a lead or an account of somebody who wrote. */
import { Input, Radio, RadioGroup } from "@fluentui/react-components";
import { useState } from "react";

import { t } from "../../i18n";
import { useAsk, useDeed, type Person, type PersonTable } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { Question } from "../../kit/Question";
import type { Chosen } from "./Answers";
import styles from "./Dialogs.module.css";
import { Labelled } from "./Labelled";
import { tableName } from "./tables";

const TABLES: readonly PersonTable[] = ["contact", "lead", "account"];

interface Props {
  chosen: Chosen;
  /** Whom; without one it is the first whom CRM does not know. */
  address: string | null;
  onClose: () => void;
}

export function AddDialog({ chosen, address, onClose }: Props) {
  const people = useAsk("correspondents", chosen).data?.people;
  const unknown = people?.filter(({ records }) => records.length === 0);
  const first = unknown?.find((person) => person.address === address) ?? unknown?.[0];
  if (unknown && first) return <Form chosen={chosen} unknown={unknown} first={first} onClose={onClose} />;
  return (
    <Question title={t("add.title")} cancel={t("app.close")} onClose={onClose}>
      {people ? <Blank title={t("add.all_known")} hint={t("add.all_known_hint")} /> : <Blank title={t("crm.loading")} isWait />}
    </Question>
  );
}

function Form({ chosen, unknown, first, onClose }: { chosen: Chosen; unknown: readonly Person[]; first: Person; onClose: () => void }) {
  const add = useDeed("add_person");
  const [person, setPerson] = useState(first);
  const [name, setName] = useState(nameOf(first));
  const [table, setTable] = useState<PersonTable>("contact");
  const go = () => add.mutate({ ...chosen, address: person.address, name: name.trim(), table }, { onSuccess: onClose });
  const choose = (address: string) => {
    const next = unknown.find((each) => each.address === address);
    if (!next) return;
    setPerson(next);
    setName(nameOf(next));
  };
  return (
    <Question
      title={t("add.title")}
      cancel={t("app.cancel")}
      answer={t("add.add")}
      mayAnswer={name.trim() !== "" && !add.isPending}
      onAnswer={go}
      onClose={onClose}
      problem={add.error?.message}
    >
      {unknown.length > 1 && (
        <RadioGroup aria-label={t("add.whom")} value={person.address} onChange={(_, { value }) => choose(value)}>
          {unknown.map((each) => (
            <Radio key={each.address} value={each.address} label={each.name === null ? each.address : `${each.name} · ${each.address}`} />
          ))}
        </RadioGroup>
      )}
      <RadioGroup layout="horizontal" aria-label={t("add.as")} value={table} onChange={(_, { value }) => setTable(value as PersonTable)}>
        {TABLES.map((each) => (
          <Radio key={each} value={each} label={tableName(each)} />
        ))}
      </RadioGroup>
      <Labelled label={t("add.name")}>{(id) => <Input id={id} autoFocus value={name} onChange={(_, data) => setName(data.value)} />}</Labelled>
      <Labelled label={t("add.address")}>{(id) => <Input id={id} readOnly value={person.address} />}</Labelled>
      <p className={styles.note}>{t("add.note")}</p>
    </Question>
  );
}

/** The name somebody gave, or what can be made of the address. */
function nameOf({ name, address }: Person): string {
  if (name !== null) return name;
  const words = (address.split("@")[0] ?? "").split(/[._-]+/).filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}

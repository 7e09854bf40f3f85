/** Untrack: whether the record in CRM stays; deleting it is asked a second time. */
import { Radio, RadioGroup } from "@fluentui/react-components";
import { useState } from "react";

import { t } from "../../i18n";
import { useDeed } from "../../ipc";
import { Question } from "../../kit/Question";
import type { Chosen } from "./Answers";

interface Props {
  chosen: Chosen;
  subject: string;
  onClose: () => void;
}

export function UntrackDialog({ chosen, subject, onClose }: Props) {
  const untrack = useDeed("untrack");
  const [deleteRecord, setDelete] = useState(false);
  const [isSecond, setSecond] = useState(false);
  const name = subject === "" ? t("mail.no_subject") : subject;
  const go = () => untrack.mutate({ ...chosen, deleteRecord }, { onSuccess: onClose });
  if (isSecond) {
    return (
      <Question key="second" isGrave title={t("untrack.sure_title")} cancel={t("untrack.sure_no")} answer={t("untrack.sure_yes")} mayAnswer={!untrack.isPending} onAnswer={go} onClose={onClose} problem={untrack.error?.message}>
        <p>{t("untrack.sure", { name })}</p>
      </Question>
    );
  }
  return (
    <Question
      key="first"
      title={t("untrack.title")}
      cancel={t("app.cancel")}
      answer={t("command.untrack")}
      mayAnswer={!untrack.isPending}
      onAnswer={() => (deleteRecord ? setSecond(true) : go())}
      onClose={onClose}
      problem={untrack.error?.message}
    >
      <p>{t("untrack.what", { name })}</p>
      <RadioGroup aria-label={t("untrack.record")} value={deleteRecord ? "delete" : "keep"} onChange={(_, { value }) => setDelete(value === "delete")}>
        <Radio value="keep" autoFocus label={t("untrack.keep")} />
        <Radio value="delete" label={t("untrack.delete")} />
      </RadioGroup>
    </Question>
  );
}

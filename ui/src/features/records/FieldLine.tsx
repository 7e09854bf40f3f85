/** One field: its label, its control, what a change replaced, and what is wrong with it. */
import { useId } from "react";

import { t } from "../../i18n";
import type { Cell, Field } from "../../ipc";
import { whole } from "./cells";
import { CheckField } from "./CheckField";
import { ChoiceField } from "./ChoiceField";
import { isSame } from "./draft";
import styles from "./FieldLine.module.css";
import { LookupField } from "./LookupField";
import { TextField } from "./TextField";

export interface ControlProps {
  id: string;
  field: Field;
  value: Cell;
  describedBy: string | undefined;
  isInvalid: boolean;
  onChange: (cell: Cell) => void;
}

interface Props {
  field: Field;
  /** What is typed and not saved. */
  draft: Cell | undefined;
  isNew: boolean;
  problem: string | undefined;
  onChange: (cell: Cell) => void;
}

const EMPTY: Cell = { kind: "empty" };

export function FieldLine({ field, draft, isNew, problem, onChange }: Props) {
  const id = useId();
  const value = draft ?? (isNew ? EMPTY : field.cell);
  const before = isNew ? null : (field.was ?? (draft === undefined ? null : field.cell));
  const was = before !== null && !isSame(before, value) ? t("record.was", { value: whole(before) || t("record.empty") }) : null;
  const described = [was !== null && `${id}-was`, problem !== undefined && `${id}-problem`].filter((part) => part !== false).join(" ");
  const control: ControlProps = { id, field, value, describedBy: described === "" ? undefined : described, isInvalid: problem !== undefined, onChange };
  return (
    <div className={styles.field} data-wide={field.kind === "longText"}>
      <span className={styles.name}>
        <label htmlFor={id}>{field.label}</label>
        {field.isRequired && field.mayEdit && (
          <span className={styles.star} aria-hidden="true">
            {" *"}
          </span>
        )}
      </span>
      <div className={styles.side}>
        <div className={styles.control} data-column={field.column} data-fixed={!field.mayEdit} data-edited={was !== null} data-invalid={problem !== undefined}>
          <Control {...control} />
          {was !== null && (
            <span id={`${id}-was`} className={styles.was}>
              {was}
            </span>
          )}
        </div>
        {problem !== undefined && (
          <span id={`${id}-problem`} className={styles.problem}>
            {problem}
          </span>
        )}
      </div>
    </div>
  );
}

function Control(props: ControlProps) {
  const { field } = props;
  if (!field.mayEdit) return <Fixed {...props} />;
  switch (field.kind) {
    case "choice":
      return <ChoiceField {...props} />;
    case "yesNo":
      return <CheckField {...props} />;
    case "lookup":
      return field.rule.targets.length === 0 ? <Fixed {...props} /> : <LookupField {...props} />;
    case "text":
    case "longText":
    case "number":
    case "money":
    case "date":
    case "dateTime":
      return <TextField {...props} />;
  }
}

/** Readable and copyable, and reached by Tab like the others. */
function Fixed({ id, value, field }: ControlProps) {
  const text = whole(value);
  return field.kind === "longText" ? (
    <textarea id={id} className={styles.input} readOnly rows={3} value={text} />
  ) : (
    <input id={id} className={styles.input} readOnly value={text} title={text} placeholder={t("record.empty")} />
  );
}

/** Texts, amounts and days: written as the locale does, typed plainly. */
import { useState } from "react";

import { plainDigits } from "../../i18n";
import { whole } from "./cells";
import { cellOf, plainText } from "./draft";
import type { ControlProps } from "./FieldLine";
import styles from "./FieldLine.module.css";

export function TextField({ id, field, value, describedBy, isInvalid, onChange }: ControlProps) {
  // What is typed stays as it is typed while one types; without the focus the value shows as everywhere else.
  const [text, setText] = useState<string | null>(null);
  const isText = field.kind === "text" || field.kind === "longText";
  // An amount or a day that cannot be read is shown as it was typed.
  const shown = isText || isInvalid ? plainText(value) : whole(value);
  const shared = {
    id,
    className: styles.input,
    value: text === null ? shown : isStill(plainText(cellOf(field, text, plainDigits)), plainText(value)) ? text : plainText(value),
    required: field.isRequired,
    "aria-describedby": describedBy,
    "aria-invalid": isInvalid,
    onFocus: () => setText(plainText(value)),
    onBlur: () => setText(null),
    spellCheck: field.kind === "longText",
    autoComplete: "off",
  };
  const onText = (typed: string) => {
    setText(typed);
    onChange(cellOf(field, typed, plainDigits));
  };
  return field.kind === "longText" ? (
    <textarea {...shared} rows={4} onChange={(event) => onText(event.target.value)} />
  ) : (
    <input {...shared} data-numeric={!isText} onChange={(event) => onText(event.target.value)} />
  );
}

/** Whether the value is what was typed; else it was changed elsewhere, as by what the user took back. */
function isStill(typed: string, value: string): boolean {
  const [one, other] = [typed.trim(), value.trim()];
  // CRM writes 5 as 5.0000.
  return one === other || (one !== "" && other !== "" && Number(one) === Number(other));
}

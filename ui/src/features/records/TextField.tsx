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
    value: text ?? shown,
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

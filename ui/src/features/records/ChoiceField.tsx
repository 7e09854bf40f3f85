/** One of the column's choices, or none. */
import type { Cell } from "../../ipc";
import { Icon } from "../../kit/Icon";
import type { ControlProps } from "./FieldLine";
import styles from "./FieldLine.module.css";

export function ChoiceField({ id, field, value, describedBy, isInvalid, onChange }: ControlProps) {
  const chosen = value.kind === "choice" ? String(value.value) : value.kind === "yesNo" ? String(Number(value.isYes)) : "";
  // A choice that was removed from the metadata stays until another one is chosen.
  const removed = value.kind === "choice" && !field.rule.choices.some((choice) => choice.value === value.value) ? [{ value: value.value, label: value.label }] : [];
  const choose = (text: string): Cell => {
    const choice = field.rule.choices.find((each) => String(each.value) === text);
    if (!choice) return { kind: "empty" };
    return field.kind === "yesNo" ? { kind: "yesNo", isYes: choice.value === 1, label: choice.label } : { kind: "choice", ...choice };
  };
  return (
    <span className={styles.choice}>
      <select
        id={id}
        className={styles.input}
        value={chosen}
        required={field.isRequired}
        aria-describedby={describedBy}
        aria-invalid={isInvalid}
        onChange={(event) => onChange(choose(event.target.value))}
      >
        {(field.kind === "choice" || chosen === "") && <option value="" />}
        {[...removed, ...field.rule.choices].map(({ value: number, label }) => (
          <option key={number} value={String(number)}>
            {label}
          </option>
        ))}
      </select>
      <Icon name="down" isSmall />
    </span>
  );
}

/** Yes or no, as a box to tick. */
import { t } from "../../i18n";
import type { ControlProps } from "./FieldLine";
import styles from "./FieldLine.module.css";

export function CheckField({ id, field, value, describedBy, isInvalid, onChange }: ControlProps) {
  const labelOf = (isYes: boolean) => field.rule.choices.find((choice) => choice.value === Number(isYes))?.label ?? t(isYes ? "record.yes" : "record.no");
  const isYes = value.kind === "yesNo" && value.isYes;
  return (
    <span className={styles.checked}>
      <input
        id={id}
        type="checkbox"
        className={styles.check}
        checked={isYes}
        aria-describedby={describedBy}
        aria-invalid={isInvalid}
        onChange={({ target }) => onChange({ kind: "yesNo", isYes: target.checked, label: labelOf(target.checked) })}
      />
      <span aria-hidden="true">{labelOf(isYes)}</span>
    </span>
  );
}

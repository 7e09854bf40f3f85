/** Who decides from now on when both change the same column of a table's records. */
import { useId } from "react";

import { t } from "../../i18n";
import { useDeed, type Policy } from "../../ipc";
import styles from "./PolicySelect.module.css";

interface Props {
  table: string;
  label: string;
  policy: Policy;
}

const POLICIES: readonly Policy[] = ["ask", "mine", "theirs"];

export function PolicySelect({ table, label, policy }: Props) {
  const id = useId();
  const deed = useDeed("set_policy");
  return (
    <span className={styles.policy}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={styles.select}
        data-policy-of={table}
        value={deed.isPending ? deed.variables.policy : policy}
        onChange={({ target }) => {
          const next = POLICIES.find((each) => each === target.value);
          if (next) deed.mutate({ table, policy: next });
        }}
      >
        {POLICIES.map((each) => (
          <option key={each} value={each}>
            {t(`policy.${each}`)}
          </option>
        ))}
      </select>
      {deed.error && (
        <span role="alert" className={styles.problem}>
          {deed.error.message}
        </span>
      )}
    </span>
  );
}

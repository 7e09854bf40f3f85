/** A label and what it labels, side by side. */
import { useId, type ReactNode } from "react";

import styles from "./Dialogs.module.css";

export function Labelled({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

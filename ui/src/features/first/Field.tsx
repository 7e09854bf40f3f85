/** A label and what it labels, side by side. */
import { useId, type ReactNode } from "react";

import styles from "./Entrance.module.css";

interface Props {
  label: string;
  children: (id: string) => ReactNode;
}

export function Field({ label, children }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

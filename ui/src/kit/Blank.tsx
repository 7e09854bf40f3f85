/** What stands where there is nothing to show: one line that says what it is, one that says what to do. */
import type { ReactNode } from "react";

import styles from "./Blank.module.css";

interface Props {
  title: string;
  hint?: string | undefined;
  children?: ReactNode;
  /** Shown only when the wait is long enough to be noticed: what answers at once must not flicker. */
  isWait?: boolean;
}

export function Blank({ title, hint, children, isWait = false }: Props) {
  return (
    <div className={styles.blank} data-wait={isWait}>
      <p className={styles.title}>{title}</p>
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      {children}
    </div>
  );
}

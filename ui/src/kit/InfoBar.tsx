/** A line that says how something stands, with what can be done about it. */
import type { ReactNode } from "react";

import { Icon } from "./Icon";
import { TONE_ICONS, type Tone } from "./Mark";
import styles from "./InfoBar.module.css";

interface Props {
  tone: Tone;
  /** The first words, in bold. */
  lead?: string | undefined;
  children?: ReactNode;
  actions?: ReactNode;
  /** Said at once by a screen reader. */
  isAlert?: boolean;
}

export function InfoBar({ tone, lead, children, actions, isAlert = false }: Props) {
  return (
    <div className={styles.bar} data-tone={tone} role={isAlert ? "alert" : undefined}>
      <Icon name={TONE_ICONS[tone]} />
      <span>
        {lead !== undefined && <b>{lead} </b>}
        {children}
      </span>
      {actions !== undefined && <span className={styles.actions}>{actions}</span>}
    </div>
  );
}

interface ActionProps {
  text: string;
  /** The whole of it, where the text alone does not tell it from its neighbours. */
  label?: string;
  onClick: () => void;
}

/** One of an info bar's deeds. */
export function Action({ text, label, onClick }: ActionProps) {
  return (
    <button type="button" className={styles.action} aria-label={label} title={label} onClick={onClick}>
      {text}
    </button>
  );
}

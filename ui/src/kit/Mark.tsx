/** A state in one word, with its icon and colour: never by colour alone. */
import { Icon } from "./Icon";
import type { IconName } from "./icons";
import styles from "./Mark.module.css";

export type Tone = "good" | "waiting" | "held";

export const TONE_ICONS: Record<Tone, IconName> = { good: "check", waiting: "clock", held: "warn" };

interface Props {
  tone: Tone;
  text: string;
}

export function Mark({ tone, text }: Props) {
  return (
    <span className={styles.mark} data-tone={tone}>
      <Icon name={TONE_ICONS[tone]} isSmall />
      <span className={styles.text}>{text}</span>
    </span>
  );
}

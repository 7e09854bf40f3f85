/** Somebody's initials, where a picture would be. */
import styles from "./Face.module.css";

export function Face({ name }: { name: string }) {
  return (
    <span className={styles.face} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

/** Two letters at most; a Chinese name gives its first sign. */
export function initials(name: string): string {
  const words = name.split(/[\s,.@]+/).filter((word) => /^\p{L}/u.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word) => Array.from(word ?? "")[0] ?? "").join("").toUpperCase();
}

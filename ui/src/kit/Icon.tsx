/** Icons, drawn once in a sprite and used by name; the words beside them carry the meaning. */
import { ICONS, type IconName } from "./icons";
import styles from "./Icon.module.css";

interface Props {
  name: IconName;
  isSmall?: boolean;
}

export function Icon({ name, isSmall = false }: Props) {
  return (
    <svg className={isSmall ? `${styles.icon} ${styles.small}` : styles.icon} viewBox="0 0 18 18" aria-hidden="true" focusable="false">
      <use href={`#icon-${name}`} />
    </svg>
  );
}

/** Stands once in the page, before anything that uses it. */
export function Sprite() {
  return (
    <svg className={styles.sprite} aria-hidden="true">
      {Object.entries(ICONS).map(([name, path]) => (
        <symbol key={name} id={`icon-${name}`} viewBox="0 0 18 18">
          <path d={path} />
        </symbol>
      ))}
    </svg>
  );
}

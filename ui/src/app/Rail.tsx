/** The places of the window, from one table: a place that is built gets a line here. */
import { number, t, type PlainKey } from "../i18n";
import { Icon } from "../kit/Icon";
import type { IconName } from "../kit/icons";
import type { PlaceName } from "./navigation";
import styles from "./Rail.module.css";

const PLACES: readonly { place: PlaceName; text: PlainKey; icon: IconName; keys: string }[] = [
  { place: "mail", text: "place.mail", icon: "mail", keys: "Control+1" },
  { place: "crm", text: "place.crm", icon: "crm", keys: "Control+5" },
  { place: "outbox", text: "place.outbox", icon: "outbox", keys: "Control+Shift+O" },
  { place: "sync", text: "place.sync", icon: "sync", keys: "Control+7" },
];

interface Props {
  place: PlaceName;
  /** How many entries of the outbox need the user. */
  held: number;
  waiting: number;
  onGo: (place: PlaceName) => void;
}

export function Rail({ place, held, waiting, onGo }: Props) {
  return (
    <nav className={styles.rail} data-pane="rail" aria-label={t("pane.rail")}>
      {PLACES.map((each) => {
        const isHere = each.place === place;
        // What needs the user counts before what only waits.
        const badge = each.place === "outbox" ? held || waiting : 0;
        return (
          <button
            key={each.place}
            type="button"
            className={styles.place}
            aria-label={t(each.text)}
            aria-description={badge > 0 ? t(held > 0 ? "status.needs_you" : "status.waiting", { count: badge }) : undefined}
            aria-current={isHere ? "page" : undefined}
            aria-keyshortcuts={each.keys}
            data-pane-home={isHere ? true : undefined}
            onClick={() => onGo(each.place)}
          >
            <Icon name={each.icon} />
            {badge > 0 && (
              <span className={styles.badge} data-tone={held > 0 ? "held" : "waiting"} aria-hidden="true">
                {number(badge)}
              </span>
            )}
            {t(each.text)}
          </button>
        );
      })}
    </nav>
  );
}

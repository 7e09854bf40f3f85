/** The commands of the place one stands in. What cannot be done now is grey, and its tooltip says why. */
import { Toolbar, ToolbarButton, ToolbarDivider, Tooltip } from "@fluentui/react-components";
import { Fragment } from "react";

import { t } from "../i18n";
import { Icon } from "../kit/Icon";
import { barOf, COMMANDS, type Command, type Situation } from "./commands";
import styles from "./CommandBar.module.css";

interface Props {
  now: Situation;
  onRun: (command: Command) => void;
}

export function CommandBar({ now, onRun }: Props) {
  const bar = barOf(now);
  const shown = COMMANDS.filter((command) => command.bars.includes(bar));
  const ordered = [...shown.filter(({ mainOf }) => mainOf === bar), ...shown.filter(({ mainOf }) => mainOf !== bar)];
  return (
    <section className={styles.bar} data-pane="commands" aria-label={t("pane.commands")}>
      <Toolbar key={bar} aria-label={t("pane.commands")} className={styles.tools ?? ""}>
        {ordered.map((command) => (
          <Fragment key={command.id}>
            {command.id === "sync_now" && ordered[0] !== command && <ToolbarDivider />}
            <Entry command={command} isMain={command.mainOf === bar} now={now} onRun={onRun} />
          </Fragment>
        ))}
      </Toolbar>
    </section>
  );
}

function Entry({ command, isMain, now, onRun }: Props & { command: Command; isMain: boolean }) {
  const whyNot = command.whyNot(now);
  const label = t(command.label(now));
  const chord = command.shownChord ?? command.chords.at(-1)?.keys;
  const button = (
    <ToolbarButton
      aria-label={label}
      {...(chord !== undefined && { "aria-keyshortcuts": chord.replaceAll("Ctrl", "Control") })}
      appearance={isMain ? "primary" : "subtle"}
      icon={command.icon ? <Icon name={command.icon} /> : null}
      className={(isMain && styles.main) || ""}
      disabledFocusable={whyNot !== null}
      onClick={() => onRun(command)}
    >
      {label}
      {isMain && chord !== undefined && <kbd className={styles.key}>{chord}</kbd>}
    </ToolbarButton>
  );
  const said = command.hint?.(now) ?? null;
  const hint = whyNot !== null ? t(whyNot) : said === null ? chord : [said, chord && `(${chord})`].filter(Boolean).join(" ");
  return hint === undefined ? (
    button
  ) : (
    <Tooltip content={hint} relationship="description" positioning="below-start">
      {button}
    </Tooltip>
  );
}

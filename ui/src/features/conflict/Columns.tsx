/** The columns that either side changed: arrows go between those that clash, and choose between their two values. */
import { useEffect, useId, useRef, type KeyboardEvent } from "react";

import { clock, t } from "../../i18n";
import type { Cell, Conflict, ConflictColumn } from "../../ipc";
import { useNow } from "../../kit/now";
import { whole } from "../records";
import styles from "./ConflictPane.module.css";
import type { Side, Sides } from "./sides";

interface Props {
  conflict: Conflict;
  who: string;
  sides: Sides;
  onChoose: (column: string, side: Side) => void;
}

export function Columns({ conflict, who, sides, onChoose }: Props) {
  const now = useNow();
  const grid = useRef<HTMLDivElement>(null);
  const radio = (column: string, side: Side) => grid.current?.querySelector<HTMLElement>(`[data-column="${column}"] [data-side="${side}"]`);
  useEffect(() => {
    // One comes here to choose.
    grid.current?.querySelector<HTMLElement>("[role=radio][tabindex='0']")?.focus({ preventScroll: true });
  }, []);

  const clashing = conflict.columns.filter(({ isClash }) => isClash).map(({ column }) => column);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.altKey || event.shiftKey) return;
    const here = (event.target as HTMLElement).closest<HTMLElement>("[data-column]")?.dataset.column;
    const at = clashing.findIndex((column) => column === here);
    if (here === undefined || at < 0) return;
    const focused: Side = (event.target as HTMLElement).dataset.side === "theirs" ? "theirs" : "mine";
    const side = { ArrowLeft: "mine", ArrowRight: "theirs", " ": focused }[event.key] as Side | undefined;
    const row = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: clashing.length - 1 }[event.key];
    if (side === undefined && row === undefined) return;
    event.preventDefault();
    if (side !== undefined) {
      onChoose(here, side);
      radio(here, side)?.focus();
    } else {
      const target = clashing[Math.max(0, Math.min(clashing.length - 1, row ?? 0))];
      if (target !== undefined) radio(target, sides[target] ?? "mine")?.focus();
    }
  };

  return (
    <div ref={grid} className={styles.grid} role="group" aria-label={t("conflict.columns")} onKeyDown={onKeyDown}>
      <div className={styles.heads}>
        <b>{t("conflict.column")}</b>
        <span>
          <b>{t("conflict.before")}</b>
          <small>{t("conflict.before_hint")}</small>
        </span>
        <span>
          <b>{t("conflict.mine")}</b>
          <small>{clock(conflict.mineAt, now)}</small>
        </span>
        <span>
          <b>{t("conflict.theirs")}</b>
          <small>{conflict.theirsAt === null ? who : t("conflict.by_at", { who, time: clock(conflict.theirsAt, now) })}</small>
        </span>
      </div>
      {conflict.columns.map((column) =>
        column.isClash ? (
          <ClashRow key={column.column} column={column} chosen={sides[column.column]} onChoose={(side) => onChoose(column.column, side)} />
        ) : (
          <MergedRow key={column.column} column={column} />
        ),
      )}
    </div>
  );
}

function ClashRow({ column, chosen, onChoose }: { column: ConflictColumn; chosen: Side | undefined; onChoose: (side: Side) => void }) {
  const id = useId();
  const choice = (side: Side, cell: Cell | null) => (
    <span
      role="radio"
      aria-checked={chosen === side}
      // One stop of Tab for each column: where its choice is, or would begin.
      tabIndex={(chosen ?? "mine") === side ? 0 : -1}
      data-side={side}
      data-pane-home={(chosen ?? "mine") === side ? true : undefined}
      className={styles.choice}
      onClick={() => onChoose(side)}
    >
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.value}>
        <span className="unseen">{t(side === "mine" ? "conflict.mine" : "conflict.theirs")}:</span>{" "}
        {said(cell)}
      </span>
    </span>
  );
  return (
    <div role="radiogroup" aria-labelledby={`${id}-label`} aria-describedby={`${id}-base`} className={styles.row} data-column={column.column} data-clash="true">
      <b id={`${id}-label`}>{column.label}</b>
      <span id={`${id}-base`} className={styles.value}>
        <span className="unseen">{t("conflict.before")}:</span>{" "}
        {said(column.base)}
      </span>
      {choice("mine", column.mine)}
      {choice("theirs", column.theirs)}
    </div>
  );
}

/** What only one side changed, or both the same way, needs no choice. */
function MergedRow({ column }: { column: ConflictColumn }) {
  const id = useId();
  const value = (side: Side, cell: Cell | null) => (
    <span className={styles.choice} data-wins={cell !== null}>
      {cell !== null && <span className={styles.dot} aria-hidden="true" />}
      <span className={styles.value}>
        <span className="unseen">{t(side === "mine" ? "conflict.mine" : "conflict.theirs")}:</span>{" "}
        {cell === null ? t("conflict.unchanged") : said(cell)}
      </span>
    </span>
  );
  return (
    <div role="group" aria-labelledby={`${id}-label`} className={styles.row} data-column={column.column}>
      <b id={`${id}-label`}>{column.label}</b>
      <span className={styles.value}>
        <span className="unseen">{t("conflict.before")}:</span>{" "}
        {said(column.base)}
      </span>
      {value("mine", column.mine)}
      {value("theirs", column.theirs)}
    </div>
  );
}

/** A value that is empty is a value. */
function said(cell: Cell | null): string {
  const text = cell ? whole(cell) : "";
  return text === "" ? t("conflict.empty") : text;
}

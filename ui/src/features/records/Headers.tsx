/** The headers of a record list: each one sorts. */
import { t } from "../../i18n";
import type { CellKind, Sort, TableHead } from "../../ipc";
import { isNumeric } from "./cells";
import { turned } from "./place";
import styles from "./Headers.module.css";

/** Amounts and dates get the room they need, since a cut-off amount is a wrong one; words share what is left. */
const WIDTHS: Record<CellKind, string> = {
  text: "minmax(0, 1.3fr)",
  longText: "minmax(0, 2fr)",
  lookup: "minmax(0, 1.6fr)",
  choice: "minmax(0, 1.2fr)",
  yesNo: "minmax(0, 0.7fr)",
  number: "var(--column-number)",
  money: "var(--column-money)",
  dateTime: "var(--column-date)",
  date: "var(--column-date)",
};
const NAME_WIDTH = "minmax(0, 2fr)";
const STANDING_WIDTH = "var(--column-standing)";

export function columnWidths(table: TableHead): string {
  return [...table.columns.map(({ kind }, index) => (index === 0 ? NAME_WIDTH : WIDTHS[kind])), STANDING_WIDTH].join(" ");
}

interface Props {
  table: TableHead;
  sort: Sort | null;
  onSort: (sort: Sort) => void;
}

export function Headers({ table, sort, onSort }: Props) {
  return (
    <>
      {table.columns.map(({ column, label, kind }, index) => {
        const isSorted = sort?.column === column;
        return (
          <div
            key={column}
            role="columnheader"
            aria-colindex={index + 1}
            aria-sort={isSorted ? (sort.descending ? "descending" : "ascending") : "none"}
            className={styles.head}
            data-numeric={isNumeric(kind)}
          >
            <button type="button" className={styles.button} onClick={() => onSort(turned(sort, column))}>
              <span className={styles.label}>{label}</span>
              {isSorted && <span aria-hidden="true">{sort.descending ? "↓" : "↑"}</span>}
            </button>
          </div>
        );
      })}
      <div role="columnheader" aria-colindex={table.columns.length + 1} className={styles.head}>
        <span className="unseen">{t("records.standing")}</span>
      </div>
    </>
  );
}

/** The headers of a record list: each one sorts. */
import { t } from "../../i18n";
import type { CellKind, Sort, TableHead } from "../../ipc";
import { isNumeric } from "./cells";
import { turned } from "./place";
import styles from "./Headers.module.css";

/** Shares of the width, by what stands in the column. */
const SHARES: Record<CellKind, number> = { text: 1.3, longText: 2, number: 0.8, money: 1.1, choice: 1, yesNo: 0.7, lookup: 1.6, dateTime: 0.9, date: 0.9 };
const NAME_SHARE = 2;
const STANDING_SHARE = 0.9;

export function columnWidths(table: TableHead): string {
  const shares = table.columns.map(({ kind }, index) => (index === 0 ? NAME_SHARE : SHARES[kind]));
  return [...shares, STANDING_SHARE].map((share) => `minmax(0, ${share}fr)`).join(" ");
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

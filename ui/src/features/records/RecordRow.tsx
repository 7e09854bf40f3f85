/** One line of a record list. Plain elements only: a screenful redraws on every fling. */
import { memo } from "react";

import { t } from "../../i18n";
import type { ColumnHead, RecordRow as Row, Standing } from "../../ipc";
import { Mark, type Tone } from "../../kit/Mark";
import { isNumeric, short } from "./cells";
import styles from "./RecordRow.module.css";

interface Props {
  /** Not here yet while its block is read. */
  record: Row | undefined;
  columns: readonly ColumnHead[];
  now: number;
}

const TONES: Record<Exclude<Standing, "inCrm">, Tone> = { waiting: "waiting", held: "held" };

export const RecordRow = memo(function RecordRow({ record, columns, now }: Props) {
  return (
    <>
      {columns.map(({ column, kind }, index) => {
        const text = record ? short(record.cells[index] ?? { kind: "empty" }, now) : "";
        return (
          <div key={column} role="gridcell" aria-colindex={index + 1} className={styles.cell} data-numeric={isNumeric(kind)} title={text}>
            {index === 0 && record && text === "" ? t("record.unnamed") : text}
          </div>
        );
      })}
      <div role="gridcell" aria-colindex={columns.length + 1} className={styles.cell}>
        {record && record.standing !== "inCrm" && <Mark tone={TONES[record.standing]} text={t(`standing.${record.standing}`)} />}
      </div>
    </>
  );
});

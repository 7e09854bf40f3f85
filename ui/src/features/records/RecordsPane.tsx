/** The tables kept here, and the records of the chosen one. */
import { Button } from "@fluentui/react-components";
import { useEffect, useMemo, useRef } from "react";

import { asOf } from "../../i18n/age";
import { t } from "../../i18n";
import { useAsk, type TableHead } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { useNow } from "../../kit/now";
import { VirtualList } from "../../kit/VirtualList";
import { useRecords } from "./blocks";
import { columnWidths, Headers } from "./Headers";
import { FilterBox } from "./FilterBox";
import { firstSort, type ListPlace } from "./place";
import { RecordRow } from "./RecordRow";
import { useSteadySelection } from "./selection";
import styles from "./RecordsPane.module.css";

interface Props {
  tables: readonly TableHead[];
  table: TableHead;
  place: ListPlace;
  onTable: (table: string) => void;
  onPlace: (change: Partial<ListPlace>) => void;
  onOpen: (index: number) => void;
  onTotal: (total: number) => void;
}

export function RecordsPane({ tables, table, place, onTable, onPlace, onOpen, onTotal }: Props) {
  const now = useNow();
  const lane = useAsk("sync_status", {}).data?.lanes.find((each) => each.table === table.table);
  const sort = place.sort ?? firstSort(table);
  const rows = useRecords({ table: table.table, sort, filter: place.filter });
  const { total } = rows;
  useSteadySelection(rows, place.selected, (selected) => onPlace({ selected }));

  const tell = useRef(onTotal);
  tell.current = onTotal;
  useEffect(() => {
    if (total !== null) tell.current(total);
  }, [total]);

  const remarks = useMemo(() => {
    if (lane && lane.syncedAt === null && lane.state === "backfilling") return t("records.reading", { count: lane.rows });
    const records = total === null ? null : t("status.records", { count: total });
    return [lane?.syncedAt != null ? asOf(lane.syncedAt, now) : null, records].filter((part) => part !== null).join(" · ");
  }, [lane, now, total]);

  return (
    <section className={styles.pane} data-pane="list" aria-label={table.pluralLabel} tabIndex={-1}>
      <header className={styles.title}>
        <h1>{table.pluralLabel}</h1>
        <span className={styles.remarks}>{remarks}</span>
      </header>
      <div className={styles.tools}>
        <div role="group" aria-label={t("records.tables")} className={styles.chips}>
          {tables.map((each) => (
            <button key={each.table} type="button" className={styles.chip} aria-pressed={each.table === table.table} onClick={() => onTable(each.table)}>
              {each.pluralLabel}
            </button>
          ))}
        </div>
        <FilterBox
          key={table.table}
          label={t("records.filter", { table: table.pluralLabel })}
          value={place.filter}
          onChange={(filter) => onPlace({ filter, selected: null, offset: 0 })}
        />
      </div>
      {rows.error ? (
        <Blank title={t("records.failed")} hint={rows.error.message}>
          <Button onClick={rows.retry}>{t("app.try_again")}</Button>
        </Blank>
      ) : (
        <VirtualList
          key={`${table.table} ${sort?.column} ${sort?.descending} ${place.filter}`}
          label={table.pluralLabel}
          count={total ?? 0}
          grid={{
            columns: columnWidths(table),
            header: <Headers table={table} sort={sort} onSort={(next) => onPlace({ sort: next, selected: null, offset: 0 })} />,
          }}
          row={(index) => <RecordRow record={rows.row(index)} columns={table.columns} now={now} />}
          selected={place.selected}
          onSelect={(selected) => onPlace({ selected })}
          onOpen={onOpen}
          onShown={rows.show}
          initialOffset={place.offset}
          onLeave={(offset) => onPlace({ offset })}
        />
      )}
      {total === null && !rows.error && <Blank title={t("records.loading")} isWait />}
      {total === 0 && !rows.error && <Empty table={table} filter={place.filter} />}
    </section>
  );
}

function Empty({ table, filter }: { table: TableHead; filter: string }) {
  return filter === "" ? (
    <Blank title={t("records.empty", { table: table.pluralLabel.toLowerCase() })} hint={t("records.empty_hint")} />
  ) : (
    <Blank title={t("records.none_match", { filter })} hint={t("records.none_match_hint")} />
  );
}

/** One record, all its columns readable. */
import { Button } from "@fluentui/react-components";

import { t } from "../../i18n";
import { useAsk, type Field, type RecordPage as Page } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { InfoBar } from "../../kit/InfoBar";
import { isNumeric, whole } from "./cells";
import styles from "./RecordPage.module.css";

interface Props {
  table: string;
  id: string;
}

export function RecordPage({ table, id }: Props) {
  const record = useAsk("read_record", { table, id });
  return (
    <section className={styles.page} data-pane="item" data-pane-home tabIndex={-1} aria-label={record.data?.name ?? t("record.loading")}>
      {record.data ? (
        <Sheet record={record.data} />
      ) : record.error ? (
        <Blank title={t("record.failed")} hint={record.error.message}>
          <Button onClick={() => void record.refetch()}>{t("app.try_again")}</Button>
        </Blank>
      ) : (
        <Blank title={t("record.loading")} isWait />
      )}
    </section>
  );
}

function Sheet({ record }: { record: Page }) {
  return (
    <>
      <header className={styles.title}>
        <h1>{record.name === "" ? t("record.unnamed") : record.name}</h1>
        <span className={styles.remarks}>{[record.tableLabel, ...summary(record)].join(" · ")}</span>
      </header>
      {record.standing === "waiting" && (
        <InfoBar tone="waiting" lead={t("record.waiting")}>
          {t("record.waiting_rest")}
        </InfoBar>
      )}
      {record.standing === "held" && (
        <InfoBar tone="held" lead={t("record.held")}>
          {t("record.held_rest")}
        </InfoBar>
      )}
      <dl className={styles.form} aria-label={t("record.fields")}>
        {record.fields.map((field) => (
          <Line key={field.column} field={field} />
        ))}
      </dl>
    </>
  );
}

/** The customer and the stage say most about a record, so they stand beside its name. */
function summary({ fields, name }: Page): string[] {
  const telling = fields.filter(({ kind, cell }) => (kind === "lookup" || kind === "choice") && cell.kind !== "empty");
  return telling.map(({ cell }) => whole(cell)).filter((text) => text !== "" && text !== name).slice(0, 2);
}

function Line({ field }: { field: Field }) {
  const text = whole(field.cell);
  return (
    <div className={styles.field} data-wide={field.kind === "longText"}>
      <dt>{field.label}</dt>
      <dd data-empty={text === ""} data-numeric={isNumeric(field.kind)}>
        {text === "" ? t("record.empty") : text}
      </dd>
    </div>
  );
}

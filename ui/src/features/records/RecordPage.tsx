/** One record as a form: what may be changed is typed in place, and what a change replaced stands beside it. */
import { Button } from "@fluentui/react-components";
import type { RefObject } from "react";

import { t } from "../../i18n";
import { useAsk, type RecordPage as Page, type RecordRef } from "../../ipc";
import { Blank } from "../../kit/Blank";
import { Form } from "./Form";
import type { FormDeeds, FormState } from "./form";
import styles from "./RecordPage.module.css";

interface Props {
  table: string;
  /** None: a record that does not exist yet. */
  id: string | null;
  /** What a new record belongs to. */
  parent: RecordRef | null;
  /** Whether it was made just now. */
  isFresh: boolean;
  deeds: RefObject<FormDeeds | null>;
  onState: (state: FormState | null) => void;
  onMade: (record: RecordRef) => void;
  onOutbox: () => void;
  onCompare: (entry: string) => void;
}

export function RecordPage({ table, id, parent, ...form }: Props) {
  return id === null ? <NewRecord table={table} parent={parent} {...form} /> : <OldRecord table={table} id={id} {...form} />;
}

type FormProps = Omit<Props, "table" | "id" | "parent">;

function OldRecord({ table, id, ...form }: FormProps & { table: string; id: string }) {
  const record = useAsk("read_record", { table, id });
  return <Frame {...form} record={record.data} failure={record.error?.message} onRetry={() => void record.refetch()} isNew={false} />;
}

function NewRecord({ table, parent, ...form }: FormProps & { table: string; parent: RecordRef | null }) {
  const record = useAsk("new_record", { table, parent });
  return <Frame {...form} record={record.data} failure={record.error?.message} onRetry={() => void record.refetch()} isNew />;
}

interface FrameProps extends FormProps {
  record: Page | undefined;
  failure: string | undefined;
  onRetry: () => void;
  isNew: boolean;
}

function Frame({ record, failure, onRetry, ...form }: FrameProps) {
  const name = record && (form.isNew ? t("record.new", { table: record.tableLabel.toLowerCase() }) : record.name);
  return (
    <section className={styles.page} data-pane="item" data-pane-home tabIndex={-1} aria-label={name ?? t("record.loading")}>
      {record ? (
        <Form {...form} record={record} />
      ) : failure !== undefined ? (
        <Blank title={t("record.failed")} hint={failure}>
          <Button onClick={onRetry}>{t("app.try_again")}</Button>
        </Blank>
      ) : (
        <Blank title={t("record.loading")} isWait />
      )}
    </section>
  );
}

/** A record's fields, what is typed into them, and how the last save stands. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type RefObject } from "react";

import { t } from "../../i18n";
import { useDeed, type RecordPage, type RecordRef } from "../../ipc";
import { InfoBar } from "../../kit/InfoBar";
import { whole } from "./cells";
import { changed, firstDraft, typed, type Draft } from "./draft";
import { FieldLine } from "./FieldLine";
import type { FormDeeds, FormState } from "./form";
import styles from "./RecordPage.module.css";
import { HistoryList } from "./HistoryList";
import { WhySection } from "./Reasons";
import { StandingBar } from "./StandingBar";

interface Props {
  record: RecordPage;
  isNew: boolean;
  isFresh: boolean;
  deeds: RefObject<FormDeeds | null>;
  onState: (state: FormState | null) => void;
  onMade: (record: RecordRef) => void;
  onOutbox: () => void;
  onCompare: (entry: string) => void;
}

type Problems = Partial<Record<string, string>>;

export function Form({ record, isNew, isFresh, deeds, onState, onMade, onOutbox, onCompare }: Props) {
  const [draft, setDraft] = useState<Draft>(() => firstDraft(record, isNew));
  const [problems, setProblems] = useState<Problems>({});
  const [hasSaved, setHasSaved] = useState(isFresh);
  const form = useRef<HTMLFormElement>(null);
  const client = useQueryClient();
  const save = useDeed("save_record");
  const isDirty = JSON.stringify(draft) !== JSON.stringify(firstDraft(record, isNew));

  const onSave = async (): Promise<boolean> => {
    if (save.isPending) return false;
    const sent = draft;
    // A failure is shown by its bar.
    const saved = await save.mutateAsync({ table: record.table, id: isNew ? null : record.id, values: typed(sent) }).catch(() => null);
    if (!saved) return false;
    const { id, problems: found } = saved;
    setProblems(Object.fromEntries(found.map(({ column, message }) => [column, message])));
    if (id === null) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return false;
    }
    // What was typed gives way to what was saved once that is here, or old values would show and "in CRM" would be said too early.
    if (!isNew) await client.invalidateQueries({ queryKey: ["read_record", { table: record.table, id }] });
    // What was typed while this was stored is not saved yet.
    setDraft((now) => Object.fromEntries(Object.entries(now).filter(([column, cell]) => sent[column] !== cell)));
    setHasSaved(true);
    if (isNew) onMade({ table: record.table, id });
    return true;
  };
  const onUndo = () => {
    setDraft(firstDraft(record, isNew));
    setProblems({});
    save.reset();
  };
  useImperativeHandle(deeds, () => ({ save: onSave, undo: onUndo }));

  const state = useMemo<FormState>(() => ({ isNew, isDirty, isSaving: save.isPending, name: record.name }), [isNew, isDirty, save.isPending, record.name]);
  const tell = useRef(onState);
  tell.current = onState;
  useEffect(() => tell.current(state), [state]);
  useEffect(() => () => tell.current(null), []);

  const title = isNew ? t("record.new", { table: record.tableLabel.toLowerCase() }) : record.name === "" ? t("record.unnamed") : record.name;
  return (
    <>
      <header className={styles.title}>
        <h1>{title}</h1>
        <span className={styles.remarks}>{isNew ? t("record.not_saved") : [record.tableLabel, ...summary(record)].join(" · ")}</span>
        {isDirty && !isNew && <span className={styles.dirty}>{t("record.unsaved")}</span>}
      </header>
      {save.error && (
        <InfoBar tone="held" isAlert lead={t("record.save_failed")}>
          {save.error.message}
        </InfoBar>
      )}
      {Object.keys(problems).length > 0 && (
        <InfoBar tone="held" isAlert>
          {t("record.problems", { count: Object.keys(problems).length })}
        </InfoBar>
      )}
      {!isNew && (
        <div role="status" className={styles.standing}>
          <StandingBar record={record} hasSaved={hasSaved} onOutbox={onOutbox} onCompare={onCompare} />
        </div>
      )}
      <form
        ref={form}
        className={styles.form}
        aria-label={t("record.fields")}
        // Where nothing is typed that is not saved, what is taken back is the last save.
        data-saved={isDirty || isNew ? undefined : true}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void onSave();
        }}
      >
        {record.fields
          .filter(({ mayEdit }) => mayEdit || !isNew)
          .map((field) => (
            <FieldLine
              key={field.column}
              field={field}
              draft={draft[field.column]}
              isNew={isNew}
              problem={problems[field.column]}
              onChange={(cell) => {
                setDraft((now) => changed(now, field, cell, isNew));
                setProblems((now) => Object.fromEntries(Object.entries(now).filter(([column]) => column !== field.column)));
              }}
            />
          ))}
      </form>
      {!isNew && <HistoryList record={record} isDirty={isDirty} />}
      {!isNew && <WhySection table={record.table} id={record.id} />}
    </>
  );
}

/** The customer and the stage say most about a record, so they stand beside its name. */
function summary({ fields, name }: RecordPage): string[] {
  const telling = fields.filter(({ kind, cell }) => (kind === "lookup" || kind === "choice") && cell.kind !== "empty");
  return telling.map(({ cell }) => whole(cell)).filter((text) => text !== "" && text !== name).slice(0, 2);
}

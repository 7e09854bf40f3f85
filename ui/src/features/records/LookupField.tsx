/** A reference to another record: type a few letters, arrow down, Enter. */
import { useEffect, useId, useState, type KeyboardEvent } from "react";

import { t } from "../../i18n";
import { useAsk, type FoundRecord } from "../../ipc";
import { plainText } from "./draft";
import type { ControlProps } from "./FieldLine";
import styles from "./FieldLine.module.css";

/** Long enough that a word is typed before the database is asked, in milliseconds. */
const PAUSE = 120;
const LIMIT = 8;

export function LookupField({ id, field, value, describedBy, isInvalid, onChange }: ControlProps) {
  /** What is being looked for; none while nobody types. */
  const [sought, setSought] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const found = useFound(sought, field.rule.targets.map(({ table }) => table));
  const listId = useId();
  const isOpen = sought !== null && sought.trim() !== "";
  const current = Math.min(active, found.records.length - 1);

  const choose = (record: FoundRecord | undefined) => {
    if (!record) return;
    onChange({ kind: "lookup", table: record.table, id: record.id, name: record.name });
    setSought(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) return;
    const target = { ArrowDown: current + 1, ArrowUp: current - 1 }[event.key];
    if (target !== undefined) setActive(Math.max(0, Math.min(found.records.length - 1, target)));
    else if (event.key === "Enter") choose(found.records[current]);
    else if (event.key === "Escape") setSought(null);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        id={id}
        className={styles.input}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        {...(isOpen && found.records.length > 0 && { "aria-activedescendant": `${listId}-${current}` })}
        aria-describedby={describedBy}
        aria-invalid={isInvalid}
        required={field.isRequired}
        autoComplete="off"
        spellCheck={false}
        value={sought ?? plainText(value)}
        onChange={(event) => {
          setSought(event.target.value);
          setActive(0);
          if (event.target.value.trim() === "") onChange({ kind: "empty" });
        }}
        onKeyDown={onKeyDown}
        // Words that were not chosen from mean nothing: the reference stays what it was.
        onBlur={() => setSought(null)}
      />
      {isOpen && (
        <div className={styles.popup}>
          <div id={listId} role="listbox" aria-label={field.label}>
            {found.records.map((record, index) => (
              <div
                key={`${record.table} ${record.id}`}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === current}
                className={styles.hit}
                onMouseMove={() => setActive(index)}
                // The press must not take the focus, or the list would be gone before the click.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(record)}
              >
                <b>{record.name === "" ? t("record.unnamed") : record.name}</b>
                <small>{[record.tableLabel, record.detail].filter((part) => part !== "").join(" · ")}</small>
              </div>
            ))}
          </div>
          {found.records.length === 0 && found.isAsked && <p className={styles.none}>{t("lookup.none", { text: sought.trim() })}</p>}
        </div>
      )}
    </>
  );
}

/** What the words of a moment ago found; the last answer stays while the next one is on its way. */
function useFound(sought: string | null, tables: string[]) {
  const [rested, setRested] = useState("");
  const [kept, setKept] = useState<FoundRecord[]>([]);
  const words = (sought ?? "").trim();
  useEffect(() => {
    const timer = setTimeout(() => setRested(words), PAUSE);
    return () => clearTimeout(timer);
  }, [words]);
  const { data } = useAsk("find_records", { text: rested, tables: rested === "" ? [] : tables, limit: LIMIT });
  const records = data?.records;
  useEffect(() => {
    if (records) setKept(records);
  }, [records]);
  return { records: words === "" ? [] : (records ?? kept).slice(0, LIMIT * 2), isAsked: records !== undefined && rested === words };
}

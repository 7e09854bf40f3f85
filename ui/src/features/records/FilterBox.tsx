/** The box that narrows a list while one types. */
import { Input } from "@fluentui/react-components";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { Icon } from "../../kit/Icon";
import { focusPane } from "../../kit/panes";
import styles from "./RecordsPane.module.css";

/** Long enough that a word is typed before the list is asked, in milliseconds. */
const PAUSE = 150;

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function FilterBox({ label, value, onChange }: Props) {
  const [typed, setTyped] = useState(value);
  const apply = useRef(onChange);
  apply.current = onChange;
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => apply.current(typed), PAUSE);
    return () => clearTimeout(timer);
  }, [typed, value]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      setTyped("");
      if (typed === "") focusPane("list");
    }
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      focusPane("list");
    }
  };

  return (
    <Input
      className={styles.filter ?? ""}
      aria-label={label}
      placeholder={label}
      contentBefore={<Icon name="filter" isSmall />}
      value={typed}
      onChange={(_, data) => setTyped(data.value)}
      onKeyDown={onKeyDown}
      size="small"
    />
  );
}

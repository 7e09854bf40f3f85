/** Keeps the selection on its message when messages come, go or move above it: another one is never opened on the way. */
import { useEffect, useRef } from "react";

import type { MessageRow, Rows } from "../../ipc";

export function useSteadyMessage(rows: Rows<MessageRow>, selected: number | null, onMove: (index: number) => void): MessageRow | null {
  const remembered = useRef<{ index: number; key: string } | null>(null);
  useEffect(() => {
    if (selected === null) {
      remembered.current = null;
      return;
    }
    const key = rows.row(selected)?.key;
    const before = remembered.current;
    if (before?.index === selected && before.key !== key) {
      const moved = indexOf(rows, before.key);
      if (moved !== null) {
        remembered.current = { index: moved, key: before.key };
        onMove(moved);
        return;
      }
    }
    if (key !== undefined) remembered.current = { index: selected, key };
  });

  if (selected === null) return null;
  const before = remembered.current;
  const row = rows.row(selected) ?? null;
  if (before?.index !== selected || before.key === row?.key) return row;
  const moved = indexOf(rows, before.key);
  return moved === null ? row : (rows.row(moved) ?? null);
}

/** Where a message stands now, if it is in one of the blocks at hand. */
function indexOf(rows: Rows<MessageRow>, key: string): number | null {
  for (const block of rows.loaded) {
    const index = block.rows.findIndex((row) => row.key === key);
    if (index >= 0) return block.first + index;
  }
  return null;
}

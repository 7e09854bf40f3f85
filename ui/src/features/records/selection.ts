/** Keeps the selection on its record when rows come, go or move above it. */
import { useEffect, useRef } from "react";

import type { RecordRow, Rows } from "../../ipc";

export function useSteadySelection(rows: Rows<RecordRow>, selected: number | null, onMove: (index: number) => void) {
  const remembered = useRef<{ index: number; id: string } | null>(null);
  useEffect(() => {
    if (selected === null) {
      remembered.current = null;
      return;
    }
    const id = rows.row(selected)?.id;
    if (id === undefined) return;
    const before = remembered.current;
    if (before?.index !== selected || before.id === id) {
      remembered.current = { index: selected, id };
      return;
    }
    const moved = indexOf(rows, before.id);
    remembered.current = moved === null ? { index: selected, id } : { index: moved, id: before.id };
    if (moved !== null) onMove(moved);
  });
}

/** Where a record stands now, if it is in one of the blocks at hand. */
function indexOf(rows: Rows<RecordRow>, id: string): number | null {
  for (const block of rows.loaded) {
    const index = block.rows.findIndex((row) => row.id === id);
    if (index >= 0) return block.first + index;
  }
  return null;
}

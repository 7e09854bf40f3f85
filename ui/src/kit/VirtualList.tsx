/** A list of any size: it draws the rows in sight, and owns the selection's keys and the focus that roves with it. */
import { defaultRangeExtractor, useVirtualizer, type Range } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, type CSSProperties, type FocusEvent, type KeyboardEvent, type ReactNode } from "react";

import { ROW_HEIGHT } from "../theme/sizes";
import styles from "./VirtualList.module.css";

/** Drawn above and below what is in sight, so that a fling does not outrun the rows. */
const OVERSCAN = 8;

interface Grid {
  /** Widths of the columns, as CSS writes grid columns. */
  columns: string;
  /** The column headers. */
  header: ReactNode;
}

interface Props {
  label: string;
  /** All rows there are, drawn or not. */
  count: number;
  /** What makes it a grid; without it the list is a box of options. */
  grid?: Grid;
  rowHeight?: number;
  /** The cells of a row. */
  row: (index: number) => ReactNode;
  selected: number | null;
  onSelect: (index: number) => void;
  onOpen: (index: number) => void;
  /** The first and last row that are drawn. */
  onShown: (first: number, last: number) => void;
  /** Where the list was scrolled to when it was last left. */
  initialOffset: number;
  onLeave: (offset: number) => void;
}

export function VirtualList(props: Props) {
  const { label, count, grid, rowHeight = ROW_HEIGHT, row, selected, onSelect, onOpen, onShown, initialOffset, onLeave } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const takesFocus = useRef(false);
  const headHeight = grid ? ROW_HEIGHT : 0;
  const home = Math.min(selected ?? 0, Math.max(0, count - 1));

  // The row that holds the focus stays drawn wherever one scrolls, or the keyboard would fall out of the list.
  const rangeExtractor = useCallback(
    (range: Range) => {
      const drawn = defaultRangeExtractor(range);
      return count === 0 || drawn.includes(home) ? drawn : [...drawn, home].sort((a, b) => a - b);
    },
    [count, home],
  );
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    initialOffset,
    rangeExtractor,
    useFlushSync: false,
  });

  const first = virtual.range?.startIndex ?? 0;
  const last = virtual.range?.endIndex ?? 0;
  useEffect(() => onShown(Math.max(0, first - OVERSCAN), last + OVERSCAN), [first, last, onShown]);

  useLayoutEffect(() => {
    if (selected !== null && selected < count) virtual.scrollToIndex(selected, { align: "auto" });
    // Only when the selection moves: new rows must not pull the list from under the reader.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);

  useLayoutEffect(() => {
    const isWaiting = document.activeElement === scroller.current;
    if (count === 0 || !(takesFocus.current || isWaiting)) return;
    const element = scroller.current?.querySelector<HTMLElement>(`[data-index="${home}"]`);
    if (!element) return;
    takesFocus.current = false;
    element.focus({ preventScroll: true });
  });

  useLayoutEffect(() => {
    const element = scroller.current;
    return () => onLeave(element?.scrollTop ?? 0);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when the list is left
  }, []);

  const go = (index: number) => {
    takesFocus.current = true;
    onSelect(Math.max(0, Math.min(count - 1, index)));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const isOnRow = (event.target as HTMLElement).dataset.index !== undefined;
    if (!isOnRow || count === 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const height = scroller.current?.clientHeight ?? 0;
    const screenful = Math.max(1, Math.floor((height - headHeight) / rowHeight) - 1);
    const target = { ArrowDown: home + 1, ArrowUp: home - 1, PageDown: home + screenful, PageUp: home - screenful, Home: 0, End: count - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    go(target);
  };

  const onFocus = (event: FocusEvent<HTMLDivElement>) => {
    const index = (event.target as HTMLElement).dataset.index;
    if (index !== undefined && Number(index) !== selected) onSelect(Number(index));
    if (event.target === scroller.current && count > 0) go(home);
  };

  return (
    <div
      ref={scroller}
      role={grid ? "grid" : "listbox"}
      aria-label={label}
      aria-rowcount={grid && count + 1}
      className={styles.grid}
      data-empty={count === 0}
      style={grid && ({ "--columns": grid.columns } as CSSProperties)}
      tabIndex={count === 0 ? 0 : -1}
      data-pane-home
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      {grid && (
        <div role="row" aria-rowindex={1} className={styles.head}>
          {grid.header}
        </div>
      )}
      <div role={grid ? "rowgroup" : "presentation"} data-rows className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            {...(grid ? { role: "row", "aria-rowindex": index + 2 } : { role: "option", "aria-setsize": count, "aria-posinset": index + 1 })}
            aria-selected={index === selected}
            tabIndex={index === home ? 0 : -1}
            data-index={index}
            className={grid ? styles.row : styles.option}
            style={{ height: rowHeight, transform: `translateY(${start - headHeight}px)` }}
            onClick={() => go(index)}
            onDoubleClick={() => onOpen(index)}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}

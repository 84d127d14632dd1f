import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { t } from "@/app/i18n";
import { cn } from "./cn";
import { TableRow } from "./TableRow";

export interface Column<T> {
  /** Names the column for sorting. */
  id: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  /** A share of the width as CSS grid has it: "1fr", "minmax(8rem,2fr)", "6rem". */
  width?: string;
  align?: "start" | "end";
  /** By what its rows are sorted; without it they are not. */
  sort?: (row: T) => string | number | null | undefined;
  /** Left out on a phone's width. */
  wide?: boolean;
}

export interface TableProps<T> {
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  /** Names the table for those who cannot see it. */
  label: string;
  /** Enter or a press on a row. */
  onOpen?: (row: T) => void;
  selected?: string;
  /** Sorted by this column at first; "-id" downwards. Without it rows stand as they come. */
  sortedBy?: string;
  /** Nearly at the end: load more. */
  onEnd?: () => void;
  /** Shown behind the last row: "loading more…". */
  foot?: ReactNode;
  /** In pixels, for rows that are taller. */
  rowHeight?: number;
  /** The height that it scrolls in; without one it is as tall as its rows (at most 200 of them then). */
  height?: string;
  className?: string;
}

const VIRTUAL_FROM = 60;

/** A list of things with columns: sorted by its headers, walked by the arrow keys; only what is seen is drawn, so that 10,000 rows scroll without a stutter. */
export function Table<T>({
  rows,
  columns,
  rowKey,
  label,
  onOpen,
  selected,
  sortedBy,
  onEnd,
  foot,
  rowHeight = 52,
  height,
  className,
}: TableProps<T>) {
  const [by, setBy] = useState(sortedBy ?? "");
  const [at, setAt] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const shown = useMemo(() => (narrow ? columns.filter((one) => !one.wide) : columns), [narrow, columns]);
  const sorted = useMemo(() => ordered(rows, columns, by), [rows, columns, by]);
  const template = shown.map((one) => one.width ?? "minmax(0,1fr)").join(" ");
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // Drawn with the next frame: drawn at once, in the scroll event itself, a fling would wait for each row.
    useFlushSync: false,
    initialRect: { width: 1000, height: 800 },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEnd && sorted.length > 0 && last >= sorted.length - 20) onEnd();
  }, [last, sorted.length, onEnd]);

  function pressed(event: KeyboardEvent<HTMLDivElement>, index: number) {
    if (event.target !== event.currentTarget) return; // a button inside the row
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1);
    const to = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: sorted.length - 1,
    }[event.key];
    const row = sorted[index];
    if (to !== undefined) {
      event.preventDefault();
      focusRow(to);
    } else if ((event.key === "Enter" || event.key === " ") && onOpen && row !== undefined) {
      event.preventDefault();
      onOpen(row);
    }
  }
  function focusRow(index: number) {
    const next = Math.min(sorted.length - 1, Math.max(0, index));
    setAt(next);
    virtual.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus(),
    );
  }
  // The same functions for every row and every draw, so that a row is drawn anew for its own sake alone.
  const latest = useRef({ pressed, onOpen });
  latest.current = { pressed, onOpen };
  const onPressed = useCallback(
    (event: KeyboardEvent<HTMLDivElement>, index: number) => latest.current.pressed(event, index),
    [],
  );
  const onRow = useCallback((row: T) => latest.current.onOpen?.(row), []);
  return (
    <div className={cn("min-w-0", className)}>
      <div
        ref={scroller}
        role="table"
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        className="scroll-quiet relative overflow-auto"
        style={{ maxHeight: height ?? (sorted.length > VIRTUAL_FROM ? "70dvh" : undefined) }}
      >
        <div role="rowgroup" className="sticky top-0 z-10 border-line border-b bg-raised">
          <div
            role="row"
            aria-rowindex={1}
            className="grid items-center gap-4 px-5"
            style={{ gridTemplateColumns: template }}
          >
            {shown.map((one) => (
              <Header key={one.id} column={one} by={by} onSort={setBy} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = sorted[item.index];
            if (row === undefined) return null;
            const key = rowKey(row);
            return (
              <TableRow<T>
                key={key}
                row={row}
                index={item.index}
                start={item.start}
                height={item.size}
                columns={shown}
                template={template}
                inTabOrder={item.index === Math.min(at, sorted.length - 1)}
                selected={selected === undefined ? undefined : key === selected}
                onOpen={onOpen && onRow}
                onFocused={setAt}
                onPressed={onPressed}
              />
            );
          })}
        </div>
        {foot && <div className="px-5 py-3 text-center text-faint text-sm">{foot}</div>}
      </div>
    </div>
  );
}

function Header<T>({ column, by, onSort }: { column: Column<T>; by: string; onSort: (by: string) => void }) {
  const up = by === column.id;
  const down = by === `-${column.id}`;
  const classes = cn(
    "min-w-0 truncate font-medium text-faint text-xs",
    !column.sort && "py-2.5",
    column.align === "end" && "text-end",
  );
  if (!column.sort)
    return (
      <div role="columnheader" className={classes}>
        {column.header}
      </div>
    );
  const Sign = up ? ArrowUp : down ? ArrowDown : ChevronsUpDown;
  return (
    <div role="columnheader" aria-sort={up ? "ascending" : down ? "descending" : "none"} className={classes}>
      <button
        type="button"
        onClick={() => onSort(up ? `-${column.id}` : column.id)}
        aria-description={t("Sorts the list")}
        className="inline-flex max-w-full items-center gap-1 rounded py-2.5 hover:text-fg focus-visible:-outline-offset-2"
      >
        <span className="truncate">{column.header}</span>
        <Sign className={cn("size-3.5 shrink-0", !up && !down && "opacity-50")} aria-hidden />
      </button>
    </div>
  );
}

/** The rows by a column ("-id": downwards); what has no value comes last either way. Equal rows keep their order. */
export function ordered<T>(rows: readonly T[], columns: readonly Column<T>[], by: string): readonly T[] {
  const down = by.startsWith("-");
  const sort = columns.find((one) => one.id === by.slice(down ? 1 : 0))?.sort;
  if (!sort) return rows;
  const way = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [sort(a) ?? null, sort(b) ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === "number" && typeof right === "number") return (left - right) * way;
    return String(left).localeCompare(String(right), undefined, { numeric: true }) * way;
  });
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia("(max-width: 639px)").matches);
  useEffect(() => {
    const query = matchMedia("(max-width: 639px)");
    const changed = () => setNarrow(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return narrow;
}

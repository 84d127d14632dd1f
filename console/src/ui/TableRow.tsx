import { type KeyboardEvent, memo } from "react";
import { cn } from "./cn";
import type { Column } from "./Table";

interface TableRowProps<T> {
  row: T;
  index: number;
  /** Where it stands in the list, and how tall it is, in pixels. */
  start: number;
  height: number;
  columns: readonly Column<T>[];
  /** Of the grid. */
  template: string;
  /** The one row that Tab leads to. */
  inTabOrder: boolean;
  selected: boolean | undefined;
  onOpen: ((row: T) => void) | undefined;
  onFocused: (index: number) => void;
  onPressed: (event: KeyboardEvent<HTMLDivElement>, index: number) => void;
}

function Drawn<T>(props: TableRowProps<T>) {
  const { row, index, columns, selected, onOpen, onFocused, onPressed } = props;
  return (
    <div
      role="row"
      data-row={index}
      aria-rowindex={index + 2}
      aria-selected={selected}
      tabIndex={props.inTabOrder ? 0 : -1}
      onFocus={() => onFocused(index)}
      onKeyDown={(event) => onPressed(event, index)}
      onClick={(event) => onOpen && !pressable(event.target as Element, event.currentTarget) && onOpen(row)}
      className={cn(
        "absolute inset-x-0 top-0 grid items-center gap-4 border-line border-b px-5 text-sm contain-strict focus-visible:-outline-offset-2",
        onOpen && "cursor-pointer hover:bg-hover",
        selected && "bg-selected",
      )}
      style={{
        gridTemplateColumns: props.template,
        height: props.height,
        transform: `translateY(${props.start}px)`,
      }}
    >
      {columns.map((one) => (
        <div
          key={one.id}
          role="cell"
          className={cn("min-w-0 truncate", one.align === "end" && "figures text-end")}
        >
          {one.cell(row)}
        </div>
      ))}
    </div>
  );
}

/** A row of a Table, drawn again only where something of its own has changed: while a list is scrolled, most rows stay as they are. */
export const TableRow = memo(Drawn) as typeof Drawn;

/** Whether a press went to a control inside the row, which does its own thing. */
function pressable(target: Element, row: Element): boolean {
  // What a menu or dialog of the row shows stands elsewhere in the page, and bubbles here all the same.
  if (!row.contains(target)) return true;
  const found = target.closest("a,button,input,select,textarea,label");
  return found !== null && row.contains(found);
}

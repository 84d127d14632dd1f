// The document that is drawn, with its history.
import { useCallback, useMemo, useReducer } from "react";
import type { FlowDocument } from "./model/document";
import { begin, change, type History, redo, undo } from "./model/history";

export type Edit = (document: FlowDocument) => FlowDocument;

type Done =
  | { what: "edit"; edit: Edit; key: string; at: number }
  | { what: "undo" }
  | { what: "redo" }
  | { what: "begin"; document: FlowDocument };

function next(history: History<FlowDocument>, done: Done): History<FlowDocument> {
  switch (done.what) {
    case "edit":
      return change(history, done.edit(history.present), done.key, done.at);
    case "undo":
      return undo(history);
    case "redo":
      return redo(history);
    case "begin":
      return begin(done.document);
  }
}

export interface Editor {
  document: FlowDocument;
  /** `key`: edits of one key that follow each other quickly are undone together. */
  edit: (edit: Edit, key?: string) => void;
  undo: () => void;
  redo: () => void;
  mayUndo: boolean;
  mayRedo: boolean;
}

export function useEditor(initial: FlowDocument): Editor {
  const [history, dispatch] = useReducer(next, initial, begin<FlowDocument>);
  const edit = useCallback(
    (does: Edit, key = "") => dispatch({ what: "edit", edit: does, key, at: Date.now() }),
    [],
  );
  const back = useCallback(() => dispatch({ what: "undo" }), []);
  const forth = useCallback(() => dispatch({ what: "redo" }), []);
  return useMemo(
    () => ({
      document: history.present,
      edit,
      undo: back,
      redo: forth,
      mayUndo: history.past.length > 0,
      mayRedo: history.future.length > 0,
    }),
    [history, edit, back, forth],
  );
}

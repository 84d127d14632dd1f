// The editor's keys: only while the canvas has the focus, or nothing has; never while something is typed.
import { type RefObject, useEffect, useRef } from "react";

export interface CanvasKeys {
  undo: () => void;
  redo: () => void;
  remove: () => void;
  duplicate: () => void;
  selectAll: () => void;
  selectNone: () => void;
  save: () => void;
  arrange: () => void;
  showAll: () => void;
  /** What is copied, as text; null: nothing is chosen. */
  copy: () => string | null;
  paste: (text: string) => boolean;
}

export function useCanvasKeys(root: RefObject<HTMLElement | null>, keys: CanvasKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const here = (target: EventTarget | null) => {
      if (!(target instanceof Element)) return false;
      if (
        target.closest(
          "input,textarea,select,[contenteditable='true'],[role='dialog'],[role='menu'],[role='listbox']",
        )
      )
        return false;
      return target === document.body || (root.current?.contains(target) ?? false);
    };
    const pressed = (event: KeyboardEvent) => {
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      const does = latest.current;
      if (command && key === "s") {
        event.preventDefault();
        does.save();
        return;
      }
      if (!here(event.target)) return;
      const taken = () => {
        event.preventDefault();
        event.stopPropagation();
      };
      if (command && key === "z") {
        taken();
        if (event.shiftKey) does.redo();
        else does.undo();
      } else if (command && key === "y") {
        taken();
        does.redo();
      } else if (command && key === "d") {
        taken();
        does.duplicate();
      } else if (command && key === "a") {
        taken();
        does.selectAll();
      } else if (command || event.altKey) return;
      else if (event.key === "Delete" || event.key === "Backspace") {
        taken();
        does.remove();
      } else if (event.key === "Escape") does.selectNone();
      else if (event.shiftKey && key === "l") {
        taken();
        does.arrange();
      } else if (event.shiftKey && key === "f") {
        taken();
        does.showAll();
      }
    };
    const copied = (event: ClipboardEvent) => {
      if (!here(event.target) || String(getSelection()) !== "") return;
      const text = latest.current.copy();
      if (text === null) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") latest.current.remove();
    };
    const pasted = (event: ClipboardEvent) => {
      if (!here(event.target)) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (latest.current.paste(text)) event.preventDefault();
    };
    addEventListener("keydown", pressed, true);
    document.addEventListener("copy", copied);
    document.addEventListener("cut", copied);
    document.addEventListener("paste", pasted);
    return () => {
      removeEventListener("keydown", pressed, true);
      document.removeEventListener("copy", copied);
      document.removeEventListener("cut", copied);
      document.removeEventListener("paste", pasted);
    };
  }, [root]);
}

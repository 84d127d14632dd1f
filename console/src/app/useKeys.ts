// Keys that do what actions do: one press, or two after each other ("g d"), never while something is typed.
import { useEffect, useRef } from "react";
import type { Action } from "./actions";

const BETWEEN_MS = 1000;

export function useKeys(actions: readonly Action[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    let before = "";
    let at = 0;
    function pressed(event: KeyboardEvent) {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        event.repeat ||
        event.defaultPrevented ||
        typing(event.target)
      )
        return;
      if (event.key.length !== 1) return;
      const now = performance.now();
      const two = now - at < BETWEEN_MS ? `${before} ${event.key}` : "";
      const found =
        latest.current.find((one) => one.keys === two) ??
        latest.current.find((one) => one.keys === event.key);
      before = event.key;
      at = now;
      if (found === undefined) return;
      event.preventDefault();
      before = "";
      found.run();
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

/** Whether a key that is pressed here is text; in an open dialog it is the dialog's. */
function typing(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return (
    target.closest(
      "input,textarea,select,[contenteditable='true'],[role='dialog'],[role='menu'],[role='listbox']",
    ) !== null
  );
}

// Push-to-talk by the space bar: held it talks, Escape takes back what was said.
import { useEffect } from "react";
import type { Studio } from "./studio";

/** What takes the space bar for itself. */
const OWN =
  "input,textarea,select,[contenteditable='true'],[role='dialog'],[role='menu'],[role='listbox'],[role='combobox'],[role='slider'],a,button:not([data-hold])";

export function useSpaceBar(studio: Studio, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const others = (target: EventTarget | null) => target instanceof Element && target.closest(OWN) !== null;
    const down = (event: KeyboardEvent) => {
      if (event.key === "Escape") studio.letGo(true);
      if (event.key !== " " || others(event.target)) return;
      event.preventDefault(); // it would scroll, or press the button
      if (!event.repeat) studio.hold();
    };
    const up = (event: KeyboardEvent) => {
      if (event.key !== " ") return;
      if (!others(event.target)) event.preventDefault();
      studio.letGo();
    };
    // The key's end is told to nobody where the window is left meanwhile.
    const left = () => studio.letGo(true);
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("blur", left);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
      removeEventListener("blur", left);
      left();
    };
  }, [studio, enabled]);
}

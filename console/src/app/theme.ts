// Dark until the user picks light, or the system's own; the document's data-theme follows.
import { useSyncExternalStore } from "react";
import { keep, kept } from "./kept";

export type Theme = "dark" | "light";
/** `system`: whatever the machine is set to. */
export type ThemeChoice = Theme | "system";

const watchers = new Set<() => void>();
const light = matchMedia("(prefers-color-scheme: light)");
light.addEventListener("change", apply);

export function themeChoice(): ThemeChoice {
  const last = kept("theme");
  return last === "light" || last === "system" ? last : "dark";
}

export function theme(): Theme {
  const choice = themeChoice();
  if (choice !== "system") return choice;
  return light.matches ? "light" : "dark";
}

export function chooseTheme(choice: ThemeChoice): void {
  keep("theme", choice === "dark" ? null : choice);
  apply();
}

export function apply(): void {
  const now = theme();
  document.documentElement.dataset.theme = now;
  document
    .querySelector('meta[name="theme-color"]')
    ?.setAttribute("content", now === "dark" ? "#150b25" : "#f8f5fc");
  for (const watcher of watchers) watcher();
}

/** The theme that is shown; whoever draws on a canvas is drawn anew when it changes. */
export function useTheme(): Theme {
  return useSyncExternalStore(watch, theme);
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(watch, themeChoice);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

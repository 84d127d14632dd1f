// Things to do that pages offer in the command palette, and by keys of their own.
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";

export interface Action {
  /** Stays the same from draw to draw. */
  id: string;
  label: string;
  icon?: ReactNode;
  /** Other words by which it is found. */
  words?: string;
  /** One key without modifiers ("n"), or two after each other ("g d"); not while something is typed. */
  keys?: string;
  run: () => void;
}

let offered: readonly Action[] = [];
const watchers = new Set<() => void>();

function tell(): void {
  for (const watcher of watchers) watcher();
}

/** Offers these while the component is shown: `useActions([{ id: "agents.new", label: t("New agent"), run: … }])`. */
export function useActions(actions: readonly Action[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  const names = actions.map((one) => `${one.id} ${one.label} ${one.keys ?? ""}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `names` stands for what is seen of them
  useEffect(() => {
    const mine = latest.current.map((one) => ({
      ...one,
      run: () => latest.current.find((now) => now.id === one.id)?.run(),
    }));
    offered = [...offered, ...mine];
    tell();
    return () => {
      offered = offered.filter((one) => !mine.includes(one));
      tell();
    };
  }, [names]);
}

export function useOffered(): readonly Action[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => offered,
  );
}

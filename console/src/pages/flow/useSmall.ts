// Whether the screen is a phone's or a narrow window: panels are sheets then.
import { useSyncExternalStore } from "react";

const narrow = matchMedia("(width < 64rem)");

export function useSmall(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      narrow.addEventListener("change", watcher);
      return () => narrow.removeEventListener("change", watcher);
    },
    () => narrow.matches,
  );
}

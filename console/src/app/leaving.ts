// What is typed and not kept yet, wherever that is. LeavingGuard asks before a page is left with it; a sheet or dialog that has some asks before it is closed (ui/Dialog).
import { useEffect } from "react";

/** A page is left by any step; a dialog may close itself by one that stays on its page. */
type Holder = "page" | "dialog";

const held = new Map<symbol, Holder>();
/** The address that the page had when it began to hold something. */
let place = "";
let asker: ((leave: () => void) => void) | null = null;

/** While `unsaved`, whoever would leave or close the page is asked first. */
export function useUnsaved(unsaved: boolean, holder: Holder = "page"): void {
  useEffect(() => {
    if (!unsaved) return;
    const mine = Symbol("unsaved");
    if (held.size === 0) place = location.href;
    held.set(mine, holder);
    // Browsers ask in words of their own.
    const closing = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", closing);
    return () => {
      held.delete(mine);
      removeEventListener("beforeunload", closing);
    };
  }, [unsaved, holder]);
}

/** Does it at once where nothing would be lost, else when the user says so. `to`: the address that it leads to, where it leads to one. */
export function leaving(leave: () => void, to?: string): void {
  const stays = to !== undefined && new URL(to, location.href).pathname === location.pathname;
  if (asker === null || [...held.values()].every((holder) => stays && holder === "dialog")) leave();
  else
    asker(() => {
      held.clear();
      leave();
    });
}

/** Whom `leaving` and the browser's Back ask. Returns what ends that. */
export function askBy(ask: (leave: () => void) => void): () => void {
  asker = ask;
  return () => {
    asker = null;
  };
}

/** Back has happened when it is told: the page's address is put back, and only then somebody is asked. */
function back(event: PopStateEvent): void {
  if (asker === null || held.size === 0 || location.href === place) return;
  event.stopImmediatePropagation();
  history.pushState(null, "", place);
  leaving(() => history.back());
}

// Before anything is drawn, since listeners of the window are told in their order: the router, which listens once it is drawn, never hears of a step that is not taken.
if (typeof addEventListener === "function") addEventListener("popstate", back);

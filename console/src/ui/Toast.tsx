import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { t } from "@/app/i18n";
import { Button, IconButton } from "./Button";
import { cn } from "./cn";
import { detailText } from "./States";
import { Words } from "./Words";

type Kind = "ok" | "bad" | "info";
interface Toasted {
  id: number;
  kind: Kind;
  text: string;
  detail?: string;
  action?: { label: string; onClick: () => void };
}

const SHOWN_MS: Record<Kind, number> = { ok: 5000, info: 8000, bad: 15_000 };
const MOST = 4;
let shown: readonly Toasted[] = [];
let count = 0;
const leaving = new Map<number, ReturnType<typeof setTimeout>>();
/** Somebody points at one, or has the focus there: none goes (WCAG 2.2.1). */
let held = false;
const watchers = new Set<() => void>();

function show(kind: Kind, text: string, more?: Pick<Toasted, "detail" | "action">): void {
  count += 1;
  const id = count;
  const toasted = { id, kind, text, ...more };
  shown = [...shown, toasted].slice(-MOST);
  tell();
  if (!held) leave(toasted);
}

function leave({ id, kind }: Toasted): void {
  leaving.set(
    id,
    setTimeout(() => dismiss(id), SHOWN_MS[kind]),
  );
}

function hold(): void {
  held = true;
  for (const timer of leaving.values()) clearTimeout(timer);
  leaving.clear();
}

function letGo(): void {
  if (!held) return;
  held = false;
  for (const one of shown) leave(one);
}

/** A word in the corner about what just happened. `toast.error(error)` says what the API said. */
export const toast = {
  ok: (text: string, action?: Toasted["action"]) => show("ok", text, { action }),
  info: (text: string, action?: Toasted["action"]) => show("info", text, { action }),
  error: (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    const detail = error instanceof Error && "detail" in error ? detailText(error.detail) : "";
    show("bad", message, { detail });
  },
};

function dismiss(id: number): void {
  clearTimeout(leaving.get(id));
  leaving.delete(id);
  shown = shown.filter((one) => one.id !== id);
  if (shown.length === 0) held = false; // what was pointed at is gone, and does not say that it is left
  tell();
}

function tell(): void {
  for (const watcher of watchers) watcher();
}

const icons = { ok: CircleCheck, bad: CircleAlert, info: Info };
const tints = { ok: "text-ok", bad: "text-bad", info: "text-info" };

/** Where toasts stand; once in the app. */
export function Toasts() {
  const all = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => shown,
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nothing is done there: who reads is waited for
    <div
      aria-live="polite"
      onPointerEnter={hold}
      onPointerLeave={letGo}
      onFocus={hold}
      onBlur={letGo}
      className="pointer-events-none fixed end-0 bottom-0 z-50 flex w-full max-w-sm flex-col gap-2 p-4"
    >
      {all.map((one) => {
        const Icon = icons[one.kind];
        return (
          <div
            key={one.id}
            role={one.kind === "bad" ? "alert" : undefined}
            className="pointer-events-auto flex animate-in items-start gap-3 rounded-xl border border-line-strong/50 bg-raised p-3 shadow-card"
          >
            <Icon className={cn("mt-0.5 size-4.5 shrink-0", tints[one.kind])} aria-hidden />
            <div className="min-w-0 flex-1 text-sm">
              <p className="break-words text-fg">
                <Words text={one.text} />
              </p>
              {one.detail && (
                <p className="mt-0.5 break-words text-faint text-xs">
                  <Words text={one.detail} />
                </p>
              )}
              {one.action && (
                <Button
                  size="sm"
                  variant="ghost"
                  className="-ms-2 mt-1"
                  onClick={() => {
                    one.action?.onClick();
                    dismiss(one.id);
                  }}
                >
                  {one.action.label}
                </Button>
              )}
            </div>
            <IconButton label={t("Dismiss")} size="sm" quiet className="-m-1" onClick={() => dismiss(one.id)}>
              <X />
            </IconButton>
          </div>
        );
      })}
    </div>
  );
}

import { CloudOff } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useUnreachable } from "@/api";
import { askNow } from "@/api/connection";
import { Button, cn, Toasts, toast } from "@/ui";
import { type Action, useOffered } from "./actions";
import { ErrorBoundary } from "./ErrorBoundary";
import { LANGUAGES, t } from "./i18n";
import { keep, kept } from "./kept";
import { leaving } from "./leaving";
import { chooseLanguage } from "./locale";
import { PAGES } from "./pages";
import { Sidebar } from "./Sidebar";
import { SessionEndedDialog } from "./SignIn";
import { TopBar } from "./TopBar";
import { chooseTheme } from "./theme";
import { useKeys } from "./useKeys";

const Palette = lazy(() => import("./Palette"));
const Shortcuts = lazy(() => import("./Shortcuts"));

/** What stands around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const [path, go] = useLocation();
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState(false);
  const [keys, setKeys] = useState(false);
  const [folded, setFolded] = useState(() => kept("sidebar") === "folded");
  const main = useRef<HTMLElement>(null);
  const offered = useOffered();

  const pages = useMemo<Action[]>(
    () =>
      PAGES.filter((page) => page.group !== "").map((page) => ({
        id: `page ${page.path}`,
        label: page.title(),
        words: page.path,
        keys: PAGE_KEYS[page.path],
        icon: <page.icon />,
        run: () => go(page.path),
      })),
    [go],
  );
  const more = useMemo<Action[]>(
    () => [
      { id: "theme dark", label: t("Dark look"), words: "theme", run: () => chooseTheme("dark") },
      { id: "theme light", label: t("Light look"), words: "theme", run: () => chooseTheme("light") },
      {
        id: "theme system",
        label: t("Look as the system"),
        words: "theme",
        run: () => chooseTheme("system"),
      },
      ...LANGUAGES.map((one) => ({
        id: `language ${one.code}`,
        label: one.name,
        words: "language",
        run: () => leaving(() => void chooseLanguage(one.code).catch(toast.error)),
      })),
    ],
    [],
  );
  function fold() {
    setFolded(!folded);
    keep("sidebar", folded ? null : "folded");
  }
  useKeys([
    ...offered,
    ...pages,
    { id: "keys", label: "", keys: "?", run: () => setKeys(true) },
    { id: "fold", label: "", keys: "[", run: fold },
  ]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      setPalette((now) => !now);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  // A new page begins at its top, and a screen reader there, too.
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is what it is about
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <>
      <button
        type="button"
        onClick={() => main.current?.focus()}
        className="sr-only rounded-lg bg-gold px-4 py-2 font-medium text-gold-fg focus:not-sr-only focus:fixed focus:start-3 focus:top-3 focus:z-50"
      >
        {t("Skip to the page")}
      </button>
      <div className="flex min-h-dvh">
        <aside
          className={cn(
            "sticky top-0 hidden h-dvh shrink-0 border-line border-e bg-canvas/55 backdrop-blur-xl transition-[width] duration-200 lg:block",
            folded ? "w-18" : "w-60",
          )}
        >
          <Sidebar folded={folded} onFold={fold} />
        </aside>
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar
            onMenu={() => setDrawer(true)}
            onSearch={() => setPalette(true)}
            onKeys={() => setKeys(true)}
          />
          <AwayBanner />
          <main
            ref={main}
            id="main"
            tabIndex={-1}
            className="min-w-0 flex-1 px-4 py-6 outline-none sm:px-6 sm:py-8 lg:px-8"
          >
            <ErrorBoundary resetKey={path}>{children}</ErrorBoundary>
          </main>
        </div>
      </div>
      <Radix.Root open={drawer} onOpenChange={setDrawer}>
        <Radix.Portal>
          <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-shade backdrop-blur-[3px]" />
          <Radix.Content
            aria-describedby={undefined}
            className="fixed inset-y-0 start-0 z-40 w-72 max-w-[85vw] animate-slide-start border-line border-e bg-raised shadow-card outline-none"
          >
            <Radix.Title className="sr-only">{t("All pages")}</Radix.Title>
            <Sidebar folded={false} onLeave={() => setDrawer(false)} />
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
      <ErrorBoundary resetKey={`${palette} ${keys}`} quiet>
        <Suspense>
          {palette && <Palette open onOpenChange={setPalette} pages={pages} more={more} />}
          {keys && <Shortcuts open onOpenChange={setKeys} actions={pages} />}
        </Suspense>
      </ErrorBoundary>
      <SessionEndedDialog />
      <Toasts />
    </>
  );
}

const PAGE_KEYS: Record<string, string | undefined> = {
  "/": "g s",
  "/dashboard": "g d",
  "/phone": "g p",
  "/playground": "g y",
  "/calls": "g c",
  "/live": "g l",
  "/flows": "g f",
  "/agents": "g a",
  "/voices": "g v",
  "/usage": "g u",
};

/** While the server cannot be reached: what is shown may be old, and what is pressed may fail. */
function AwayBanner() {
  const away = useUnreachable();
  if (!away) return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-warn/30 border-b bg-warn-soft px-4 py-2.5 text-sm sm:px-6"
    >
      <CloudOff className="size-4 shrink-0 text-warn" aria-hidden />
      <p className="min-w-0 flex-1 text-fg">
        {t(
          "The server cannot be reached. What you see may be out of date; this page goes on by itself once it is back.",
        )}
      </p>
      <Button size="sm" onClick={askNow}>
        {t("Try now")}
      </Button>
    </div>
  );
}

import {
  CircleUserRound,
  Keyboard,
  Languages,
  LogIn,
  LogOut,
  Menu,
  Monitor,
  Moon,
  Search,
  Sun,
} from "lucide-react";
import { Link, useLocation } from "wouter";
import { Button, DropdownMenu, IconButton, toast } from "@/ui";
import { LANGUAGES, t } from "./i18n";
import { leaving } from "./leaving";
import { chooseLanguage, useLocale } from "./locale";
import { Mark } from "./Mark";
import { modifier } from "./modifier";
import { useSession } from "./session";
import { chooseTheme, useTheme, useThemeChoice } from "./theme";

interface Props {
  onMenu: () => void;
  onSearch: () => void;
  onKeys: () => void;
}

/** Search, look, language, and who is signed in. */
export function TopBar({ onMenu, onSearch, onKeys }: Props) {
  return (
    <header className="sticky top-0 z-30 flex h-16 items-center gap-2 border-line border-b bg-canvas/70 px-4 backdrop-blur-xl sm:px-6">
      <IconButton label={t("All pages")} onClick={onMenu} className="-ms-2 lg:hidden">
        <Menu />
      </IconButton>
      <Link href="/" className="rounded-lg lg:hidden" aria-label={t("VoiceForge: to the start")}>
        <Mark className="size-8" />
      </Link>
      <button
        type="button"
        onClick={onSearch}
        className="ms-auto flex h-10 items-center gap-3 rounded-xl border border-line bg-sunken px-3 text-faint text-sm transition-colors hover:border-line-strong hover:text-muted sm:ms-0 sm:w-72"
      >
        <Search className="size-4" aria-hidden />
        <span className="sr-only sm:not-sr-only sm:flex-1 sm:text-start">{t("Go to, or do…")}</span>
        <kbd className="hidden rounded-md border border-line px-1.5 py-0.5 text-[0.6875rem] sm:block">
          {modifier()}
        </kbd>
      </button>
      <div className="flex items-center gap-0.5 sm:ms-auto sm:gap-1">
        <IconButton label={t("Keys")} onClick={onKeys} className="hidden md:inline-flex">
          <Keyboard />
        </IconButton>
        <LanguageMenu />
        <ThemeMenu />
        <Who />
      </div>
    </header>
  );
}

function ThemeMenu() {
  const choice = useThemeChoice();
  const shown = useTheme();
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("Look")} quiet>
          {shown === "dark" ? <Moon /> : <Sun />}
        </IconButton>
      }
      entries={[
        { label: t("Dark"), icon: <Moon />, checked: choice === "dark", onSelect: () => chooseTheme("dark") },
        {
          label: t("Light"),
          icon: <Sun />,
          checked: choice === "light",
          onSelect: () => chooseTheme("light"),
        },
        {
          label: t("As the system"),
          icon: <Monitor />,
          checked: choice === "system",
          onSelect: () => chooseTheme("system"),
        },
      ]}
    />
  );
}

function LanguageMenu() {
  const now = useLocale();
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("Language")} quiet>
          <Languages />
        </IconButton>
      }
      entries={LANGUAGES.map((one) => ({
        label: one.name,
        checked: one.code === now,
        // Another language draws all anew.
        onSelect: () => leaving(() => void chooseLanguage(one.code).catch(toast.error)),
      }))}
    />
  );
}

function Who() {
  const { session, signOut } = useSession();
  const [path, go] = useLocation();
  if (session === undefined) return null;
  if (!session.signed_in) {
    if (path === "/sign-in") return null;
    return (
      <Button
        size="sm"
        variant="primary"
        icon={<LogIn className="rtl:-scale-x-100" />}
        className="ms-1"
        onClick={() => go("/sign-in")}
      >
        {t("Sign in")}
      </Button>
    );
  }
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("Signed in as {name}", { name: session.name })} quiet>
          <CircleUserRound />
        </IconButton>
      }
      head={
        <>
          <p className="text-faint text-xs">{t("Signed in as")}</p>
          <p className="truncate font-medium text-fg">{session.name}</p>
        </>
      }
      entries={[
        {
          label: t("Sign out"),
          icon: <LogOut className="rtl:-scale-x-100" />,
          onSelect: () => void signOut().catch(toast.error),
        },
      ]}
    />
  );
}

import { ChevronsLeft, ChevronsRight } from "lucide-react";
import { Link, useLocation } from "wouter";
import { cn, IconButton, Tooltip } from "@/ui";
import { t } from "./i18n";
import { Mark } from "./Mark";
import { GROUPS, PAGES, type PageEntry } from "./pages";

/** All pages in their groups. `folded`: icons alone. `onLeave`: a page was chosen (a drawer closes). */
export function Sidebar({
  folded,
  onFold,
  onLeave,
}: {
  folded: boolean;
  onFold?: () => void;
  onLeave?: () => void;
}) {
  const [path] = useLocation();
  return (
    <div className="flex h-full flex-col">
      <div
        className={cn(
          "flex shrink-0 items-center gap-2.5",
          folded ? "flex-col pt-4 pb-1" : "h-16 justify-between ps-5 pe-3",
        )}
      >
        <Link
          href="/"
          onClick={onLeave}
          className="flex items-center gap-2.5 rounded-lg"
          aria-label={t("VoiceForge: to the start")}
        >
          <Mark className="size-8" />
          {!folded && (
            <span className="font-display font-semibold text-fg text-lg tracking-tight">VoiceForge</span>
          )}
        </Link>
        {onFold && <FoldButton folded={folded} onFold={onFold} />}
      </div>
      <nav
        aria-label={t("Pages")}
        className="scroll-quiet min-h-0 flex-1 space-y-3 overflow-y-auto px-3 pb-3"
      >
        {GROUPS.map((group) => (
          <div key={group.id}>
            {folded ? (
              <div className="mx-3 mb-3 h-px bg-line" />
            ) : (
              <p className="mb-0.5 px-3 font-medium text-[0.6875rem] leading-4 text-faint uppercase tracking-wider">
                {group.title()}
              </p>
            )}
            <ul>
              {PAGES.filter((page) => page.group === group.id).map((page) => (
                <li key={page.path}>
                  <Entry page={page} here={within(path, page.path)} folded={folded} onLeave={onLeave} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
    </div>
  );
}

function FoldButton({ folded, onFold }: { folded: boolean; onFold: () => void }) {
  const Arrows = folded ? ChevronsRight : ChevronsLeft;
  return (
    <IconButton
      label={folded ? t("Unfold the sidebar") : t("Fold the sidebar")}
      size="sm"
      onClick={onFold}
      aria-expanded={!folded}
      className="text-faint"
    >
      <Arrows className="rtl:-scale-x-100" />
    </IconButton>
  );
}

function Entry({
  page,
  here,
  folded,
  onLeave,
}: {
  page: PageEntry;
  here: boolean;
  folded: boolean;
  onLeave?: () => void;
}) {
  const Icon = page.icon;
  const title = page.title();
  const link = (
    <Link
      href={page.path}
      onClick={onLeave}
      aria-current={here ? "page" : undefined}
      aria-label={folded ? title : undefined}
      className={cn(
        "relative flex h-10 items-center lg:h-8 gap-3 rounded-lg font-medium text-muted text-sm lg:text-[0.8125rem] transition-colors hover:bg-hover hover:text-fg",
        folded ? "justify-center" : "px-3",
        here &&
          "bg-selected text-fg before:absolute before:inset-y-1.5 before:start-0 before:w-0.75 before:rounded-full before:bg-gold",
      )}
    >
      <Icon className={cn("size-4.5 shrink-0 lg:size-4", here && "text-gold-text")} aria-hidden />
      {!folded && <span className="truncate">{title}</span>}
    </Link>
  );
  return folded ? (
    <Tooltip text={title} side={document.dir === "rtl" ? "left" : "right"}>
      {link}
    </Tooltip>
  ) : (
    link
  );
}

/** Whether a place belongs to a page of the sidebar: /calls/7 does to /calls. */
export function within(path: string, page: string): boolean {
  return path === page || (page !== "/" && path.startsWith(`${page}/`));
}

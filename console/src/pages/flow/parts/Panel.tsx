import { X } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "@/app/i18n";
import { Dialog, IconButton } from "@/ui";

/** The panel that is open: beside the canvas, or above it on a phone. `title`: null: none is. */
export function Panel({
  small,
  title,
  onClose,
  children,
}: {
  small: boolean;
  title: string | null;
  onClose: () => void;
  children: ReactNode;
}) {
  if (small)
    return (
      <Dialog open={title !== null} onOpenChange={(now) => !now && onClose()} title={title ?? ""}>
        <div className="flex min-h-[40dvh] flex-col">{children}</div>
      </Dialog>
    );
  if (title === null) return null;
  return (
    <section
      aria-label={title}
      className="flex w-84 shrink-0 2xl:w-96 flex-col border-line border-s bg-canvas/55 backdrop-blur-xl"
    >
      <header className="flex items-center justify-between px-4 pt-3 pb-2">
        <h2 className="font-display font-semibold text-fg text-sm">{title}</h2>
        <IconButton label={t("Close")} size="sm" quiet onClick={onClose}>
          <X />
        </IconButton>
      </header>
      <div className="scroll-quiet flex min-h-0 flex-1 flex-col overflow-y-auto px-4 pb-6">{children}</div>
    </section>
  );
}

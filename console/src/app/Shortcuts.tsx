import { Dialog } from "@/ui";
import { type Action, useOffered } from "./actions";
import { t } from "./i18n";
import { modifier } from "./modifier";

/** Which keys do what, here and everywhere. */
export default function Shortcuts({
  open,
  onOpenChange,
  actions,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  actions: readonly Action[];
}) {
  const offered = useOffered();
  const always: [string, string][] = [
    [modifier(), t("Go to, or do…")],
    ["?", t("These keys")],
    ["[", t("Fold or unfold the sidebar")],
    ["↑ ↓ Enter", t("Walk through a list, open a line")],
    ["Esc", t("Close what is open")],
  ];
  const parts: [string, [string, string][]][] = [
    [t("Everywhere"), always],
    [t("On this page"), offered.filter((one) => one.keys).map((one) => [one.keys ?? "", one.label])],
    [t("Pages"), actions.filter((one) => one.keys).map((one) => [one.keys ?? "", one.label])],
  ];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("Keys")} size="lg">
      <div className="gap-8 sm:columns-2">
        {parts.map(
          ([heading, lines]) =>
            lines.length > 0 && (
              <section key={heading} className="mb-6 break-inside-avoid">
                <h3 className="mb-2 font-medium text-faint text-xs">{heading}</h3>
                <dl className="space-y-2">
                  {lines.map(([keys, label]) => (
                    <div key={keys + label} className="flex items-center justify-between gap-4 text-sm">
                      <dt className="order-2 flex gap-1">
                        {keys.split(" ").map((key) => (
                          <kbd
                            key={key}
                            className="rounded-md border border-line-strong/60 bg-hover px-1.5 py-0.5 text-muted text-xs"
                          >
                            {key}
                          </kbd>
                        ))}
                      </dt>
                      <dd className="text-fg">{label}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ),
        )}
      </div>
    </Dialog>
  );
}

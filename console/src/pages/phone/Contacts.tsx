// Who can be called from here: agents and extensions, with one press.
import { Phone } from "lucide-react";
import { t } from "@/app/i18n";
import { Face } from "@/phone/Face";
import { Card, SkeletonList } from "@/ui";
import { useAgents, useDirectory } from "./useDirectory";

const MOST_SHOWN = 50;

export function Contacts({ onChoose }: { onChoose: (address: string) => void }) {
  const agents = useAgents();
  const people = useDirectory().filter(({ kind }) => kind !== "recent");
  return (
    <Card title={t("Agents and extensions")} flush>
      {agents.isLoading ? (
        <SkeletonList rows={3} />
      ) : (
        <ul className="scroll-quiet max-h-80 overflow-y-auto px-2.5 pb-2.5">
          {people.slice(0, MOST_SHOWN).map((entry) => (
            <li key={`${entry.kind} ${entry.address}`}>
              <button
                type="button"
                onClick={() => onChoose(entry.address)}
                className="flex w-full items-center gap-3.5 rounded-xl px-2.5 py-2 text-start transition-colors hover:bg-hover"
              >
                <Face name={entry.name} agent={entry.kind === "agent"} size="sm" />
                <span className="min-w-0 flex-1">
                  <span dir="auto" className="block truncate font-medium text-fg text-sm">
                    <bdi className="sr-only">{t("Dial")} </bdi>
                    {entry.name}
                  </span>
                  <span dir="auto" className="block truncate text-muted text-xs">
                    {entry.note}
                  </span>
                </span>
                <Phone className="size-4 shrink-0 text-faint" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

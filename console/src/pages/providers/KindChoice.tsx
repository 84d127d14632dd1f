import { t } from "@/app/i18n";
import { Avatar } from "@/parts/Avatar";
import { abilitiesOf, type Kind } from "./model";

/** Whose account it is. */
export function KindChoice({ kinds, onChoose }: { kinds: readonly Kind[]; onChoose: (kind: Kind) => void }) {
  return (
    <ul className="grid gap-3 sm:grid-cols-2" aria-label={t("Providers")}>
      {kinds.map((one) => (
        <li key={one.name}>
          <button
            type="button"
            onClick={() => onChoose(one)}
            className="flex h-full w-full items-start gap-3 rounded-2xl border border-line p-4 text-start transition-colors hover:border-line-strong hover:bg-hover"
          >
            <Avatar name={one.title} className="size-10 rounded-xl text-sm" />
            <span className="min-w-0">
              <span dir="auto" className="block font-medium">
                {one.title}
              </span>
              <span className="mt-0.5 block text-faint text-xs leading-relaxed">
                {abilitiesOf(one.capabilities).join(" · ")}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

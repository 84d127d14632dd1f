import { cn } from "@/ui";

const TINTS = [
  "from-primary to-primary-hover text-primary-fg",
  "from-gold to-gold text-gold-fg",
  "from-primary-soft to-selected text-link",
  "from-gold-soft to-gold-soft text-gold-text",
  "from-ok-soft to-ok-soft text-ok",
  "from-info-soft to-info-soft text-info",
] as const;

/** What stands for something that has a name: its initials, in a tint that it keeps. */
export function Avatar({ name, className }: { name: string; className?: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        "grid size-9 shrink-0 place-items-center rounded-xl border border-line bg-linear-to-br font-display font-semibold text-xs uppercase",
        TINTS[tint(name)],
        className,
      )}
    >
      {initials(name)}
    </span>
  );
}

/** "front-desk" → "FD", "demo" → "DE", "+49 30…" → "49". */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? ["?"];
  const [first = "?", second] = words;
  return second === undefined ? [...first].slice(0, 2).join("") : `${[...first][0]}${[...second][0]}`;
}

function tint(name: string): number {
  let sum = 0;
  for (const sign of name) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 997;
  return sum % TINTS.length;
}

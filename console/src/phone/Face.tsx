import { Bot, Phone } from "lucide-react";
import { cn } from "@/ui";

/** A round sign for somebody: the first letters of a name, a handset for a number. */
export function Face({
  name,
  agent,
  size = "md",
  className,
}: {
  name: string;
  agent?: boolean;
  size?: "sm" | "md" | "lg";
  className?: string;
}) {
  const letters = initials(name);
  return (
    <span
      aria-hidden
      className={cn(
        "grid shrink-0 place-items-center rounded-full border border-white/15 bg-linear-to-br from-primary to-primary-hover font-display font-semibold text-primary-fg [&_svg]:size-[45%]",
        { sm: "size-9 text-xs", md: "size-11 text-sm", lg: "size-24 text-3xl" }[size],
        className,
      )}
    >
      {agent ? <Bot /> : letters === "" ? <Phone /> : letters}
    </span>
  );
}

/** "Ada Lovelace" is AL, "reception" is R; a number has none. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /^\p{L}/u.test(word));
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return [first, last]
    .map((word) => word?.[0] ?? "")
    .join("")
    .toUpperCase();
}

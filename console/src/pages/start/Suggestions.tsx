import { Hand, MessageCircle, Quote } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "@/app/i18n";

/** What may be said to try the agent, beside the button that calls it. */
export function Suggestions({ to }: { to: string }) {
  const lines = sayings(to);
  return (
    <section aria-labelledby="say" className="min-w-0 rounded-2xl border border-line bg-sunken p-5 sm:p-6">
      <h2 id="say" className="mb-4 flex items-center gap-2 font-display font-semibold text-fg">
        <MessageCircle className="size-4.5 text-gold-text" aria-hidden />
        {t("What to say")}
      </h2>
      <ul className="space-y-3">
        {lines.map((line) => (
          <Saying key={line} icon={<Quote />}>
            {line}
          </Saying>
        ))}
        <Saying icon={<Hand />}>{t("And interrupt it whenever you like: it stops and listens.")}</Saying>
      </ul>
    </section>
  );
}

function Saying({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li className="flex items-start gap-3 text-fg text-sm leading-relaxed">
      <span className="mt-0.5 text-gold-text [&_svg]:size-4 rtl:[&_svg]:-scale-x-100" aria-hidden>
        {icon}
      </span>
      <bdi className="min-w-0">{children}</bdi>
    </li>
  );
}

/** What each of the agents that come with the server understands. */
function sayings(to: string): string[] {
  switch (to) {
    case "demo":
      return [t("Book a room."), t("Mountain View, please."), t("Tomorrow, then: half past ten.")];
    case "echo":
      return [t("Say anything: you hear yourself, and so how the line sounds.")];
    default:
      return [t("What can you do for me?"), t("Speak as you would to a person.")];
  }
}

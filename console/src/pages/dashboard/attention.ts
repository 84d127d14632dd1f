// What needs somebody's attention, the worst first. Pure: what was asked for comes in.
import type { Schema } from "@/api";
import { t, tn } from "@/app/i18n";

export interface Attention {
  id: string;
  tone: "bad" | "warn";
  title: string;
  /** What is wrong, and how to mend it, one a line. */
  lines: string[];
  href?: string;
}

export interface Looked {
  health?: Pick<Schema["HealthShown"], "draining" | "components">;
  engines?: readonly Pick<Schema["EngineShown"], "name" | "ready" | "lacks" | "state">[];
  trunks?: readonly { name: string; fault: string; enabled?: boolean; standing: string; why: string }[];
  keys?: { items: readonly { active: boolean; revoked_at: string | null }[]; warning?: string | null };
  limitsReached?: readonly string[];
}

/** Where a part of the server is looked after. */
const PLACES: readonly [RegExp, string][] = [
  [/^flow\b/, "/flows"],
  [/^agent/, "/agents"],
  [/^trunk/, "/trunks"],
  [/^provider/, "/providers"],
  [/^(speech|voice|stt|tts|llm|engine|model)/, "/engines"],
  [/^(number|route)/, "/numbers"],
  [/^webhook/, "/webhooks"],
  [/^key/, "/keys"],
];

export function attentions({ health, engines, trunks, keys, limitsReached }: Looked): Attention[] {
  const found: Attention[] = [];
  if (health?.draining)
    found.push({
      id: "draining",
      tone: "warn",
      title: t("The server takes no new calls"),
      lines: [t("It is being drained. Let it take calls again under Settings.")],
      href: "/settings",
    });
  for (const [name, parts] of byName(health?.components.filter((part) => !part.ok) ?? []))
    found.push({
      id: `part ${name}`,
      // A trunk that is down is not required, and yet calls fail.
      tone: parts.some((part) => part.required || part.name.startsWith("trunk ")) ? "bad" : "warn",
      title: capital(name),
      lines: parts.map((part) => sentences(part.detail, part.mend)),
      href: PLACES.find(([which]) => which.test(name))?.[1],
    });
  for (const one of engines ?? [])
    if (!one.ready)
      found.push({
        id: `engine ${one.name}`,
        tone: "bad",
        title: t("Engine {name} is down", { name: one.name }),
        lines: [sentences(one.state?.fault ?? one.lacks ?? one.state?.doing ?? "")],
        href: "/engines",
      });
  const told = new Set(found.map((one) => one.id));
  for (const one of trunks ?? [])
    if (told.has(`part trunk ${one.name}`)) continue;
    else if (one.fault || (one.enabled !== false && DOWN.has(one.standing)))
      found.push({
        id: `trunk ${one.name}`,
        tone: "bad",
        title: t("Trunk {name} cannot be used", { name: one.name }),
        lines: [sentences(one.fault || one.why || one.standing)],
        href: "/trunks",
      });
  if (limitsReached && limitsReached.length > 0)
    found.push({
      id: "limits",
      tone: "bad",
      title: t("A limit of calls out is reached"),
      lines: limitsReached.map((one) => sentences(one)),
      href: "/usage",
    });
  if (keys && !keys.items.some((one) => one.active && one.revoked_at === null))
    found.push({
      id: "no key",
      tone: "warn",
      title: t("There is no active key"),
      lines: [t("Programs cannot use the API until you make one.")],
      href: "/keys",
    });
  if (keys?.warning)
    found.push({
      id: "keys",
      tone: "warn",
      title: t("How this server is guarded"),
      lines: [keys.warning],
      href: "/keys",
    });
  return found.sort((a, b) => Number(a.tone === "warn") - Number(b.tone === "warn"));
}

/** Standings of a trunk with which calls fail or soon will (sip/trunks). */
const DOWN = new Set(["ill", "doubted", "resting", "down"]);

/** How many of each kind, in one line. */
export function attentionTitle(found: readonly Attention[]): string {
  const bad = found.filter((one) => one.tone === "bad").length;
  if (bad > 0) return tn("{count} thing needs mending", "{count} things need mending", bad);
  return tn("{count} thing to look at", "{count} things to look at", found.length);
}

function byName<T extends { name: string }>(parts: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const part of parts) found.set(part.name, [...(found.get(part.name) ?? []), part]);
  return found;
}

/** The server's findings are half sentences: made whole, joined. */
function sentences(...parts: string[]): string {
  return parts
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => capital(part) + (/[.?!]$/.test(part) ? "" : "."))
    .join(" ");
}

function capital(text: string): string {
  return text.startsWith("`") ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
}

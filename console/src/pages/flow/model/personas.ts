// Who calls in a simulation: those that come with the server, or some of one's own, as JSON (docs/flows.md). Pure but for what is remembered.
import { t } from "@/app/i18n";
import { isObject, type Json, type JsonObject } from "./document";

export interface Callers {
  by: "ready" | "own";
  /** As it was typed. */
  text: string;
}

export interface Personas {
  found: JsonObject[];
  /** Why they cannot call; "" when they can. */
  fault: string;
}

const MOST = 200;
/** For this visit: by flow. */
const remembered = new Map<string, Callers>();

export function rememberedCallers(flow: string): Callers {
  return remembered.get(flow) ?? { by: "ready", text: "" };
}

export function rememberCallers(flow: string, callers: Callers): void {
  remembered.set(flow, callers);
}

/** One, a list of them, or a file with `personas`, as `voiceforge simulate --persona` reads it. */
export function personasOf({ by, text }: Callers): Personas {
  if (by === "ready") return { found: [], fault: "" };
  if (text.trim() === "")
    return { found: [], fault: t("Write whom you want to call, or begin with the example.") };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return {
      found: [],
      fault: t("This is no JSON: {why}", { why: String(error).replace(/^SyntaxError: /, "") }),
    };
  }
  const listed = isObject(value) && Array.isArray(value.personas) ? value.personas : value;
  const found = Array.isArray(listed) ? listed : [listed];
  if (found.length === 0 || found.length > MOST)
    return { found: [], fault: t("There are 1 to {most} callers in a list.", { most: MOST }) };
  if (!found.every(isObject)) return { found: [], fault: t("Each caller is an object in braces: { … }.") };
  return { found, fault: "" };
}

/** To begin with: who says something to each question, and what must come of it. */
export const EXAMPLE = `[
  {
    "name": "wants two seats",
    "temperament": ["patient", "hurried"],
    "goal": "Book two seats for tomorrow.",
    "facts": {
      "day": { "asked": ["which day", "when"], "say": ["tomorrow"] },
      "people": { "asked": ["how many"], "say": ["two people"] }
    },
    "expect": { "ended_by": "agent", "max_turns": 12 }
  }
]
`;

// The choices of the last visit, and those that a link brings (`?agent=`, `?flow=`, `?voice=`). Prompts and data are not kept.
import { keep, kept } from "@/app/kept";
import { type Settings, type Side, USUAL } from "./settings";

const NAME = "playground";

export function remember({
  systemPrompt: _prompt,
  about: _about,
  device: _device,
  ...choices
}: Settings): void {
  keep(NAME, JSON.stringify(choices));
}

export function remembered(query: string, text = kept(NAME)): Settings {
  const before = read(text);
  const asked = new URLSearchParams(query);
  const [agent, flow, voice] = ["agent", "flow", "voice"].map((name) => asked.get(name) ?? "");
  const a: Side = {
    ...before.a,
    ...(agent && { partner: "agent", agent }),
    ...(flow && { partner: "flow", flow }),
    ...(voice && { voice }),
  };
  return { ...before, a };
}

/** What is of another version counts as far as it fits. */
function read(text: string | null): Settings {
  let told: unknown = null;
  try {
    told = text === null ? null : JSON.parse(text);
  } catch {
    return USUAL;
  }
  if (typeof told !== "object" || told === null) return USUAL;
  const found: Record<string, unknown> = { ...USUAL };
  for (const [name, value] of Object.entries(told)) {
    const usual = found[name];
    if (name === "b") found.b = value === null || isSide(value) ? value : null;
    else if (name === "a") found.a = isSide(value) ? value : USUAL.a;
    else if (typeof value === typeof usual && name in USUAL) found[name] = value;
  }
  return found as unknown as Settings;
}

function isSide(value: unknown): value is Side {
  if (typeof value !== "object" || value === null) return false;
  const side = value as Record<string, unknown>;
  return (
    ["agent", "flow", "prompt"].includes(String(side.partner)) &&
    [side.agent, side.flow, side.voice].every((one) => typeof one === "string")
  );
}

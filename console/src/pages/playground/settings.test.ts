import { describe, expect, it } from "vitest";
import { aboutFault, missing, type Settings, USUAL, wantedOf } from "./settings";

function wanted(more: Partial<Settings>, side: Partial<Settings["a"]> = {}) {
  return wantedOf({ ...USUAL.a, ...side }, { ...USUAL, ...more });
}

describe("what is wanted of the server", () => {
  it("says nothing of what is left as it is", () => {
    expect(wanted({})).toEqual({ mode: "hybrid", agent: "demo", turns: "auto" });
  });
  it("says all that was chosen", () => {
    const all = wanted(
      {
        turns: "manual",
        language: "de",
        style: "concise",
        sensitivity: "low",
        patience: "quick",
        systemPrompt: " Be kind. ",
        mood: true,
        about: '{"name": "Ann"}',
      },
      { voice: "de-anna" },
    );
    expect(all).toEqual({
      mode: "hybrid",
      agent: "demo",
      system_prompt: "Be kind.",
      voice: "de-anna",
      language: "de",
      style: "concise",
      turns: "manual",
      interruption_sensitivity: "low",
      turn: { whole_ms: 160, open_ms: 400, hanging_ms: 800 },
      mood: true,
      about: { name: "Ann" },
    });
  });
  it("leaves a voice's matters out of a conversation in writing", () => {
    expect(wanted({ mode: "text", patience: "patient", sensitivity: "high", mood: true })).toEqual({
      mode: "text",
      agent: "demo",
    });
  });
  it("names one partner", () => {
    expect(wanted({ systemPrompt: "x" }, { partner: "flow", flow: "booking" })).toEqual({
      mode: "hybrid",
      flow: "booking",
      turns: "auto",
    });
    expect(wanted({ systemPrompt: "You sell cars." }, { partner: "prompt" })).toEqual({
      mode: "hybrid",
      prompt: "You sell cars.",
      turns: "auto",
    });
  });
  it("knows what is missing", () => {
    expect(missing(USUAL.a, USUAL)).toBeNull();
    expect(missing({ ...USUAL.a, partner: "flow" }, USUAL)).toBe("flow");
    expect(missing({ ...USUAL.a, partner: "prompt" }, USUAL)).toBe("prompt");
    expect([aboutFault(""), aboutFault("{"), aboutFault("[1]"), aboutFault('{"a": 1}')]).toEqual([
      null,
      "json",
      "object",
      null,
    ]);
  });
});

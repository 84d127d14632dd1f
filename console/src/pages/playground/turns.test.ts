import { describe, expect, it } from "vitest";
import { sessionAsJson, turnsAsCsv } from "./exports";
import { heardAfter, percentile, type Turn, turnOf } from "./turns";

const FIGURES = {
  endpoint_ms: 200,
  stt_ms: 40,
  agent_ms: 300,
  tts_ms: 60,
  end_to_end_ms: 610,
  quality: "excellent",
} as const;
const CONTEXT = { at: 1_000, said: "a room", typed: false, spoken: true, rtt: 12 };

describe("a turn", () => {
  it("is as long from mouth to ear as all of its way", () => {
    const turn = turnOf(1, FIGURES, CONTEXT);
    expect([turn.stt, turn.tts, turn.earToEar]).toEqual([40, 60, null]);
    expect(heardAfter(turn, 75)).toMatchObject({ playout: 75, earToEar: 697 });
  });
  it("has no recogniser where words were typed and no voice where they are read", () => {
    expect(turnOf(1, FIGURES, { ...CONTEXT, typed: true, spoken: false })).toMatchObject({
      endpoint: null,
      stt: null,
      agent: 300,
      tts: null,
    });
  });
});

describe("percentile", () => {
  const turns = [30, 10, 20, 40].map((stt, at) => ({ ...turnOf(at, FIGURES, CONTEXT), stt }));
  it.each([
    [0.5, 20],
    [0.95, 40],
    [0, 10],
  ])("at %d is %d", (share, value) => expect(percentile(turns, "stt", share)).toBe(value));
  it("is none where no turn has the figure", () => {
    expect(percentile(turns, "earToEar", 0.5)).toBeNull();
    expect(percentile([], "stt", 0.5)).toBeNull();
  });
});

describe("exports", () => {
  const talk = (said: string) => {
    const turn: Turn = { ...turnOf(1, FIGURES, CONTEXT), said };
    return { side: "A", agent: "demo", call: "c", settings: { mode: "voice" }, lines: [], turns: [turn] };
  };
  it("writes one row a turn", () => {
    const [head, row] = turnsAsCsv([talk("a room")])
      .slice(1)
      .trimEnd()
      .split("\r\n");
    expect(head?.split(",").slice(0, 4)).toEqual(["side", "agent", "turn", "at"]);
    expect(row).toBe("A,demo,1,1970-01-01T00:00:01.000Z,a room,no,200,40,300,60,610,12,,,excellent");
  });
  it("quotes what has commas, and defuses what a spreadsheet would run", () => {
    expect(turnsAsCsv([talk('say "x", now')])).toContain(',"say ""x"", now",');
    expect(turnsAsCsv([talk("=HYPERLINK(1)")])).toContain(",'=HYPERLINK(1),");
  });
  it("has all of it as JSON", () => {
    const read = JSON.parse(sessionAsJson([talk("a room")], new Date(0))) as {
      sessions: { turns: Turn[] }[];
    };
    expect(read.sessions[0]?.turns[0]).toMatchObject({ said: "a room", endToEnd: 610 });
  });
});

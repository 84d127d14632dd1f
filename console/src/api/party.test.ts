import { expect, test } from "vitest";
import { otherSide, outcomeOf, talkedS } from "./party";

test("the other side is who called us, or whom we called", () => {
  const call = { from_uri: "sip:a@h", to_uri: "sip:b@h" };
  expect(otherSide({ ...call, direction: "inbound" })).toBe("a");
  expect(otherSide({ ...call, direction: "outbound" })).toBe("b");
});

test("a call is talked from its answer to its end", () => {
  const times = { answered_at: "2026-11-23T10:00:00Z", ended_at: "2026-11-23T10:01:30Z" };
  expect(talkedS(times)).toBe(90);
  expect(talkedS({ ...times, answered_at: null })).toBe(null);
});

test("how it came out is a flow's word, else why it ended", () => {
  const ended = { state: "ended" as const, live: false, answered_at: "2026-11-23T10:00:00Z", why: "hung up" };
  const booked = { flow: "f", status: "confirmed", data: {} };
  expect(outcomeOf({ ...ended, outcomes: [booked] })).toEqual({ text: "confirmed", tone: "ok" });
  expect(outcomeOf({ ...ended, outcomes: [] }).text).toBe("hung up");
  expect(outcomeOf({ ...ended, outcomes: [], answered_at: null, why: "busy" })).toEqual({
    text: "busy",
    tone: "bad",
  });
});

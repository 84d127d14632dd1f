import { expect, it } from "vitest";
import type { Schema } from "@/api";
import { newCall } from "./call";
import { byDay, merged, pastCalls, pastOf } from "./history";

type Shown = Schema["CallShown"];
const call = (id: string, from: string, to: string, more: Partial<Shown> = {}) =>
  ({
    id,
    from_uri: `sip:${from}@x`,
    to_uri: `sip:${to}@x`,
    live: false,
    started_at: "2026-11-20T10:00:00Z",
    answered_at: "2026-11-20T10:00:05Z",
    ended_at: "2026-11-20T10:01:05Z",
    ...more,
  }) as Shown;

it("lists this extension's calls by the other side, and nobody else's", () => {
  const calls = pastCalls(
    [[call("1", "web-1", "demo"), call("2", "web-10", "demo")], [call("3", "102", "web-1")]],
    "web-1",
  );
  expect(calls.map(({ id, party, direction }) => [id, party, direction])).toEqual([
    ["1", "demo", "out"],
    ["3", "102", "in"],
  ]);
  expect(calls[0]?.seconds).toBe(60);
});

it("lists a call once, and none that is up", () => {
  const one = call("1", "web-1", "web-1");
  expect(pastCalls([[one], [one], [call("2", "web-1", "x", { live: true })]], "web-1")).toHaveLength(1);
});

it("tells missed calls from calls that failed", () => {
  const none = { answered_at: null };
  const [a, b] = pastCalls([[call("1", "x", "web-1", none), call("2", "web-1", "x", none)]], "web-1");
  expect([a?.missed, a?.failed, b?.missed, b?.failed]).toEqual([true, false, false, true]);
});

it("keeps what this visit knows until the server does", () => {
  const visit = pastOf({ ...newCall("v", "in", "102", "", 5), missed: true });
  expect(merged([], [visit])[0]?.missed).toBe(true);
  const known = pastCalls([[call("v", "102", "web-1")]], "web-1");
  expect(merged(known, [visit])).toEqual(known);
});

it("goes by days of the local calendar", () => {
  const at = (day: number, hour: number) => ({
    ...pastOf(newCall(`${day} ${hour}`, "out", "1", "", 0)),
    at: new Date(2026, 10, day, hour).getTime(),
  });
  expect(byDay([at(3, 9), at(2, 23), at(2, 1)]).map(({ calls }) => calls.length)).toEqual([1, 2]);
});

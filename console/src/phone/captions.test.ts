import { expect, it } from "vitest";
import { captioned, NO_CAPTIONS } from "./captions";

const base = { call: "c", at: 1 };
const partial = (text: string) =>
  ({ kind: "partial", data: { ...base, text, confidence: null, understood: true } }) as const;
const final = (text: string) =>
  ({ kind: "final", data: { ...base, text, confidence: 0.9, understood: true, language: null } }) as const;
const agent = (text: string) => ({ kind: "agent", data: { ...base, text } }) as const;
const heard = (text: string, interrupted: boolean) =>
  ({ kind: "heard", data: { ...base, text, interrupted } }) as const;
type Told = Parameters<typeof captioned>[1];
const told = (...events: Told[]) => events.reduce(captioned, NO_CAPTIONS);

it("shows what is understood so far, and the line in its place", () => {
  expect(told(partial("a room"), partial("a room for")).partial).toBe("a room for");
  const after = told(partial("a room"), final("a room for two"));
  expect([after.partial, after.lines[0]?.text]).toEqual(["", "a room for two"]);
});

it("joins the sentences of one answer, and begins a line with the next", () => {
  const after = told(
    agent("Hello."),
    agent("How can I help?"),
    heard("Hello. How can I help?", false),
    agent("Sure."),
  );
  expect(after.lines.map((line) => line.text)).toEqual(["Hello. How can I help?", "Sure."]);
});

it("tells what the caller heard of a line that was cut short", () => {
  const [line] = told(agent("We have three rooms."), heard("We have", true)).lines;
  expect([line?.heard, line?.interrupted]).toEqual(["We have", true]);
});

it("keeps how long each answer took", () => {
  const latency: Told = { kind: "latency", data: { ...base, voice_to_voice: 180 } as never };
  const after = told(final("hello"), latency, agent("Hi."));
  expect(after.latencies).toEqual([180]);
  expect(after.lines[1]?.voiceToVoice).toBe(180);
});

it("is over with the call", () => {
  const ended: Told = {
    kind: "ended",
    data: { ...base, by: "caller", why: "hangup", code: null, detail: null } as never,
  };
  expect(told(partial("a"), ended)).toMatchObject({ over: true, partial: "" });
});

it("keeps lines apart by their number, also where the next begins before the last was heard", () => {
  const line = (number: number, text: string): Told => ({
    kind: "agent",
    data: { ...base, text, line: number },
  });
  const cut: Told = { kind: "heard", data: { ...base, text: "Hello,", interrupted: true, line: 0 } };
  const after = told(line(0, "Hello, this is the room desk."), line(2, "Sorry, 5 is not possible."), cut);
  expect(after.lines.map(({ text, heard: of }) => [text, of])).toEqual([
    ["Hello, this is the room desk.", "Hello,"],
    ["Sorry, 5 is not possible.", null],
  ]);
});

import { expect, test } from "vitest";
import type { LiveEvent, Schema } from "@/api";
import { EMPTY, gone, heard, inOrder, LINES, listed, merged, told } from "./board";

const ID = "00000000-0000-4000-8000-000000000001";
const CALL: Schema["CallShown"] = {
  id: ID,
  direction: "inbound",
  from_uri: "sip:+49301@h",
  to_uri: "sip:demo@h",
  app: "demo",
  agent: "demo",
  state: "answered",
  live: true,
  started_at: "2026-11-23T10:00:00Z",
  answered_at: "2026-11-23T10:00:01Z",
};

function turn(index: number, text: string, more: Partial<Schema["TurnEvent"]["data"]> = {}): LiveEvent {
  return {
    seq: index + 1,
    at: "2026-11-23T10:00:09Z",
    topic: "turn",
    call: ID,
    data: {
      index,
      speaker: "caller",
      text,
      heard: text,
      started_ms: 0,
      ended_ms: 900,
      confidence: 0.9,
      understood: true,
      interrupted: false,
      latency: {},
      ...more,
    },
  };
}

test("a line takes the place of what was being understood, and of itself", () => {
  let board = heard(listed(EMPTY, [CALL]), {
    call: ID,
    text: "a roo",
    at: 1,
    confidence: null,
    understood: true,
  });
  expect(board.get(ID)?.partial).toBe("a roo");
  board = told(board, turn(1, "a room"));
  board = told(
    board,
    turn(0, "Hello, who", { speaker: "agent", text: "Hello, who is there?", heard: "Hello, who" }),
  );
  board = told(board, turn(1, "a room please"));
  expect(board.get(ID)?.partial).toBe("");
  expect(board.get(ID)?.lines.map((line) => line.text)).toEqual(["Hello, who", "a room please"]);
});

test("the list mends what events missed, and keeps what was said", () => {
  const board = told(listed(EMPTY, [CALL]), turn(0, "hello"));
  expect(listed(board, [CALL]).get(ID)?.lines).toHaveLength(1);
  expect(listed(board, []).size).toBe(0);
});

test("a call that is over stays for a moment, also beside a new list", () => {
  const ended: LiveEvent = {
    seq: 9,
    at: "2026-11-23T10:01:00Z",
    topic: "call.ended",
    call: ID,
    data: {
      direction: "inbound",
      from: "sip:+49301@h",
      to: "sip:demo@h",
      agent: "demo",
      by: "caller",
      why: "hung up",
      code: null,
      detail: "",
      started_at: CALL.started_at,
      answered_at: null,
      ended_at: "2026-11-23T10:01:00Z",
      seconds: 59,
    },
  };
  const board = told(listed(EMPTY, [CALL]), ended);
  expect(listed(board, []).get(ID)?.ended).toBe("hung up");
  expect(gone(board, ID).size).toBe(0);
  expect(gone(listed(EMPTY, [CALL]), ID).size).toBe(1);
});

test("a long call keeps its last lines, and events of unknown calls change nothing", () => {
  let board = listed(EMPTY, [CALL]);
  for (let index = 0; index < LINES + 5; index += 1) board = told(board, turn(index, `line ${index}`));
  expect(board.get(ID)?.lines).toHaveLength(LINES);
  expect(board.get(ID)?.lines.at(-1)?.text).toBe(`line ${LINES + 4}`);
  expect(told(EMPTY, turn(0, "x"))).toBe(EMPTY);
});

test("what is up comes first, the newest ahead", () => {
  const older = { ...CALL, id: "00000000-0000-4000-8000-000000000002", started_at: "2026-11-23T09:00:00Z" };
  expect(inOrder(listed(EMPTY, [older, CALL])).map((call) => call.id)).toEqual([ID, older.id]);
});

test("what was said before the page was opened is not lost, and what is newer counts", () => {
  const stored = {
    index: 0,
    speaker: "agent" as const,
    text: "Hello, who is there?",
    heard: "Hello",
    interrupted: true,
  };
  const since = { index: 1, speaker: "caller" as const, text: "me", interrupted: false };
  expect(merged([stored, { ...stored, index: 1 }], [since]).map((line) => line.text)).toEqual([
    "Hello",
    "me",
  ]);
});

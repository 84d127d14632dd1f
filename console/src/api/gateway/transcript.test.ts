import { describe, expect, it } from "vitest";
import type { ServerMessage } from "./messages";
import { asRead, closed, fates, type Line, type Lines, pieces, withMessage, withNote } from "./transcript";

function told(...messages: ServerMessage[]): Lines {
  return messages.reduce<Lines>((lines, message, at) => withMessage(lines, message, at), []);
}

function partial(text: string): ServerMessage {
  return { type: "transcript", final: false, text, confidence: 0.4, understood: true };
}

function final(text: string, line = 1): ServerMessage {
  return { type: "transcript", final: true, text, confidence: 0.9, understood: true, line };
}

describe("the transcript", () => {
  it("grows while somebody speaks and settles with the final words", () => {
    const [line, ...others] = told(partial("a"), partial("a room"), final("a room please"));
    expect(others).toEqual([]);
    expect(line).toMatchObject({ text: "a room please", settled: true, confidence: 0.9, line: 1 });
    expect(told(final("one"), final("two", 2)).map((one) => one.text)).toEqual(["one", "two"]);
  });

  it("drops what came to nothing", () => {
    expect(told(partial("uh"), { type: "unheard", why: "no words", turn: 1 })).toEqual([]);
    expect(told(partial("uh"), { type: "unheard", why: "with the next", turn: 1 })).toHaveLength(1);
  });

  it("puts sentences of one line together, and each line gets its own fate", () => {
    const lines = told(
      { type: "agent", text: "Good morning.", line: 0 },
      { type: "agent", text: "How many nights?", line: 0 },
      { type: "agent", text: "One more thing.", line: 2 },
      { type: "heard", text: "Good morning. How", interrupted: true, line: 0 },
    );
    expect(lines.map((one) => [one.text, one.settled])).toEqual([
      ["Good morning. How many nights?", true],
      ["One more thing.", false],
    ]);
    expect(pieces(lines[0] as Line)).toEqual([
      { text: "Good morning. How ", heard: true },
      { text: "many nights?", heard: false },
    ]);
    expect(pieces(lines[1] as Line)).toEqual([{ text: "One more thing.", heard: true }]);
  });

  it("takes lines of another conversation for others", () => {
    const before = closed(told({ type: "agent", text: "Hello.", line: 0 }, partial("a ro")));
    const after = withMessage(before, { type: "agent", text: "Hello.", line: 0 }, 9);
    expect(after.map((one) => [one.text, one.settled])).toEqual([
      ["Hello.", true],
      ["a ro", true],
      ["Hello.", false],
    ]);
    expect(asRead(after).at(-1)?.settled).toBe(true);
    const more = withMessage(asRead(after), { type: "agent", text: "Yes?", line: 0 }, 10);
    expect(more.at(-1)?.text).toBe("Hello. Yes?");
  });

  it("keys stay unlike each other", () => {
    const lines = withNote(told({ type: "agent", text: "a", line: 0 }, final("b")), "lost", 1);
    expect(new Set(lines.map((one) => one.key)).size).toBe(3);
  });
});

describe("fates", () => {
  it.each([
    ["one two three", "one two three", [["one two three", true]]],
    ["one two three", "", [["one two three", false]]],
    [
      "one two  three",
      "one two",
      [
        ["one two  ", true],
        ["three", false],
      ],
    ],
    [
      "at half-past two",
      "at half-",
      [
        ["at half-", true],
        ["past two", false],
      ],
    ],
    [
      "a lost b",
      "a b",
      [
        ["a ", true],
        ["lost ", false],
        ["b", true],
      ],
    ],
    [
      "مرحبا بك هنا",
      "مرحبا",
      [
        ["مرحبا ", true],
        ["بك هنا", false],
      ],
    ],
  ])("of %j with %j heard", (said, heard, wanted) => {
    expect(fates(said, heard).map((one) => [one.text, one.heard])).toEqual(wanted);
  });
});

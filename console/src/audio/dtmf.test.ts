import { describe, expect, it } from "vitest";
import { frequencies, isKey, KEYS, keyOf, LETTERS, spelt } from "./dtmf";

describe("the keys of a telephone", () => {
  it("have the frequencies of ITU-T Q.23", () => {
    expect(frequencies("1")).toEqual([697, 1209]);
    expect(frequencies("6")).toEqual([770, 1477]);
    expect(frequencies("*")).toEqual([941, 1209]);
    expect(frequencies("0")).toEqual([941, 1336]);
    expect(frequencies("#")).toEqual([941, 1477]);
  });

  it("differ from each other in at least one frequency", () => {
    expect(new Set(KEYS.map((key) => frequencies(key).join())).size).toBe(KEYS.length);
  });

  it("carry each letter once", () => {
    const letters = KEYS.flatMap((key) => [...LETTERS[key]]).filter((letter) => letter !== "+");
    expect(letters.join("")).toBe("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  });

  it("are found by their letters", () => {
    expect(keyOf("d")).toBe("3");
    expect(keyOf("Z")).toBe("9");
    expect(keyOf("7")).toBe("7");
    expect(keyOf("ß")).toBeNull();
    expect(keyOf("")).toBeNull();
  });

  it("spell words, accents aside", () => {
    expect(spelt("Demo")).toBe("3366");
    expect(spelt("Zoë 2")).toBe("9632");
  });

  it("are told from other text", () => {
    expect(isKey("#")).toBe(true);
    expect(isKey("12")).toBe(false);
    expect(isKey("toString")).toBe(false);
  });
});

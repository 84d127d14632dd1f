import { describe, expect, it } from "vitest";
import {
  ANY,
  commandsOf,
  counted,
  fits,
  lacksOf,
  manner,
  nearest,
  standingOf,
  stylesOf,
  type Voice,
} from "./filter";

const ROHIT: Voice = {
  id: "hi-rohit",
  name: "Rohit",
  language: "hi-IN",
  language_name: "Hindi",
  gender: "male",
  description:
    "Rohit speaks Hindi in a warm, steady voice of moderate pitch, slowly, like an adviser. The recording is very clear and close up, without background noise.",
  sample: "नमस्ते!",
  engine: "indic-parler-tts",
  ready: true,
  spoken_by: "espeak-ng",
  instead_of: "indic-parler-tts",
  why: "it is not ready",
  lacks: null,
};
const NONE: ReadonlySet<string> = new Set();

describe("a voice", () => {
  it("has the manners that its description names, and not those of its recording", () => {
    expect(stylesOf(ROHIT)).toEqual(["warm", "steady", "slow"]);
    expect(manner(ROHIT)).toBe(
      "Rohit speaks Hindi in a warm, steady voice of moderate pitch, slowly, like an adviser.",
    );
  });
  it("stands by who speaks it", () => {
    expect(standingOf(ROHIT)).toBe("other");
    expect(standingOf({ ...ROHIT, instead_of: null })).toBe("own");
    expect(standingOf({ ...ROHIT, ready: false, spoken_by: null })).toBe("none");
  });
});

describe("fits", () => {
  it.each([
    [{}, true],
    [{ words: "  hindi WARM " }, true],
    [{ words: "hindi deep" }, false],
    [
      { language: "Hindi", gender: "male", engine: "espeak-ng", style: "slow", standing: "other" as const },
      true,
    ],
    [{ engine: "indic-parler-tts" }, true],
    [{ engine: "pico" }, false],
    [{ gender: "female" }, false],
    [{ standing: "none" as const }, false],
    [{ kept: true }, false],
  ])("%j: %s", (wish, wanted) => expect(fits(ROHIT, { ...ANY, ...wish }, NONE)).toBe(wanted));
  it("knows what is kept", () =>
    expect(fits(ROHIT, { ...ANY, kept: true }, new Set(["hi-rohit"]))).toBe(true));
});

describe("nearest", () => {
  it("has the reader's language first", () => {
    const voices = ["de-DE", "en-US", "en-GB", "hi-IN"].map((language) => ({ ...ROHIT, language }));
    expect(nearest(voices, "en-GB").map((one) => one.language)).toEqual(["en-GB", "en-US", "de-DE", "hi-IN"]);
  });
});

describe("counted", () => {
  it("has the most first, or goes by name", () => {
    expect(counted(["b", "a", "b"])).toEqual([
      { value: "b", count: 2 },
      { value: "a", count: 1 },
    ]);
    expect(counted(["b", "a", "b"], true).map((one) => one.value)).toEqual(["a", "b"]);
  });
});

describe("lacksOf", () => {
  it("takes commands out of the words", () => {
    const lacks = lacksOf(
      "an NVIDIA GPU with its driver; its packages: run `voiceforge engines install x`; its weights a/b (3,800 MB, MIT; with terms), not fetched: run `voiceforge engines pull x`; its weights c/d (4 MB), not fetched: run `voiceforge engines pull x`",
    );
    expect(lacks.map((one) => one.text)).toEqual([
      "an NVIDIA GPU with its driver",
      "its packages",
      "its weights a/b (3,800 MB, MIT; with terms)",
      "its weights c/d (4 MB)",
    ]);
    expect(commandsOf(lacks)).toEqual(["voiceforge engines install x", "voiceforge engines pull x"]);
  });
  it("leaves plain words as they are", () => {
    expect(lacksOf("the language Hindi")).toEqual([{ text: "the language Hindi", command: "" }]);
    expect(lacksOf("")).toEqual([]);
  });
});

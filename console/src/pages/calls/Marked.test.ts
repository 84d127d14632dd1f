import { expect, test } from "vitest";
import { lit } from "./Marked";

const lights = (text: string, searched: string) =>
  lit(text, searched)
    .filter((one) => one.lit)
    .map((one) => one.text);

test("words are lit by their beginnings, phrases as they are", () => {
  expect(lights("The Mountain view, on Thursday", "thurs view")).toEqual(["view", "Thurs"]);
  expect(lights("the mountain view", '"mountain view"')).toEqual(["mountain view"]);
  expect(lights("preview", "view")).toEqual([]);
});

test("what is typed is no pattern, and what was said is kept whole", () => {
  expect(lights("(a.b) a+b", "a.b")).toEqual(["a.b"]);
  expect(
    lit("<b>x</b> y", "y")
      .map((one) => one.text)
      .join(""),
  ).toBe("<b>x</b> y");
  expect(lights("anything", "* ? (")).toEqual([]);
});

test("a long line is cut around what was found", () => {
  const line = `${"word ".repeat(100)}needle ${"word ".repeat(100)}`;
  const shown = lit(line, "needle");
  expect(shown.map((one) => one.text).join("").length).toBeLessThan(170);
  expect(shown.some((one) => one.lit)).toBe(true);
});

import { expect, test } from "vitest";
import { preferring } from "./callerId";

test("a number is asked for in the words of RFC 3325", () => {
  expect(preferring("+49301234", "pbx.example")).toEqual([
    "P-Preferred-Identity: <sip:+49301234@pbx.example>",
  ]);
});

test("what is no number asks for nothing, and breaks no message apart", () => {
  for (const bad of ["", "ann", "+49\r\nX-Other: 1", "+49 30"]) expect(preferring(bad, "h")).toEqual([]);
});

import { expect, it } from "vitest";
import { sentence, wordsOf } from "./words";

it("goes by the language, whatever the region", () => {
  expect(wordsOf("de-AT").hangUp).toBe("Auflegen");
  expect(wordsOf("AR").dir).toBe("rtl");
  expect(wordsOf("xx").hangUp).toBe("Hang up");
  expect(wordsOf("").hangUp).toBe("Hang up");
});

it("says every fault in some language, and what the server said where it has no word", () => {
  expect(sentence(wordsOf("ar"), { name: "origin" })).toContain("may not call");
  expect(sentence(wordsOf("de"), { name: "server_fault", said: "the offer has no audio" })).toBe(
    "the offer has no audio",
  );
  expect(sentence(wordsOf("de"), { name: "server_fault" })).toContain("nicht zustande");
});

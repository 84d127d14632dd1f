import { expect, test } from "vitest";
import { commandsIn, told } from "./lacks";

test("commands stand between backticks, and can be copied", () => {
  expect(commandsIn("the package; run `pip install x`, see `sip.backend`")).toEqual(["pip install x"]);
});

test("a sentence that is a command is one", () => {
  const mend = "voiceforge providers set acme --secrets, as its console shows them";
  expect(commandsIn(mend)).toEqual(["voiceforge providers set acme --secrets"]);
  expect(
    told(mend)
      .map((part) => part.text)
      .join(""),
  ).toBe(mend);
});

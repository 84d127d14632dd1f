import { expect, test } from "vitest";
import { browserName } from "./browserName";

const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36";

test("browsers that claim to be each other are told apart", () => {
  expect(browserName(CHROME)).toBe("Chrome on Linux");
  expect(browserName(`${CHROME} Edg/131.0`)).toBe("Edge on Linux");
  expect(
    browserName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"),
  ).toBe("Safari on iOS");
});

test("what is none of them is shown as it names itself, cut short", () => {
  expect(browserName("curl/8.5")).toBe("curl");
  expect(browserName("x".repeat(100))).toHaveLength(40);
  expect(browserName("")).toBe("A browser that says nothing of itself");
});

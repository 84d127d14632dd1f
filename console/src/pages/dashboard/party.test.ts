import { expect, test } from "vitest";
import { party } from "./party";

test("a party is its name, else its number, else what stands there", () => {
  expect(party('"Ada L." <sip:+4930@host>')).toBe("Ada L.");
  expect(party("sip:+4930@192.0.2.1:5060;transport=udp")).toBe("+4930");
  expect(party("tel:+14155550100")).toBe("+14155550100");
  expect(party("sip:a%20b@host")).toBe("a b");
  expect(party("sip:%zz@host")).toBe("%zz");
  expect(party("anonymous")).toBe("anonymous");
});

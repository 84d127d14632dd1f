import { expect, test } from "vitest";
import { partyName, partyOf } from "./address";

test.each([
  ["sip:+12125550100@carrier.example", "+12125550100"],
  ["sip:101@10.0.0.1:5060;transport=ws", "101"],
  ['"Ann" <sip:ann%20b@10.0.0.1:5060;transport=tcp>', "ann b"],
  ["tel:+4930123;phone-context=x", "+4930123"],
  ["sip:%23x@y", "#x"],
  ["sip:10.0.0.1", "10.0.0.1"],
  ["sip:%zz@h", "%zz"],
  ["anonymous", "anonymous"],
  ["", ""],
])("%s is known as %s", (address, party) => {
  expect(partyOf(address)).toBe(party);
});

test("a name goes before a number", () => {
  expect(partyName('"Ada L." <sip:+4930@host>')).toBe("Ada L.");
  expect(partyName("<sip:+4930@host>")).toBe("+4930");
  expect(partyName("sip:a%20b@host")).toBe("a b");
});

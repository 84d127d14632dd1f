import { expect, it } from "vitest";
import { newCall, type PhoneCall } from "./call";
import { soundOf } from "./sounds";

const call = (id: string, state: PhoneCall["state"], more: Partial<PhoneCall> = {}): PhoneCall => ({
  ...newCall(id, state === "ringing" ? "in" : "out", "101", "", 0),
  state,
  ...more,
});

it("rings for a call that comes in, and only knocks while somebody talks", () => {
  expect(soundOf([call("a", "ringing")], "a")).toEqual({ name: "ring", from: "101", call: "a" });
  expect(soundOf([call("a", "up"), call("b", "ringing")], "a").name).toBe("knock");
  expect(soundOf([call("a", "ended"), call("b", "ringing")], "a").name).toBe("ring");
});

it("plays the ringing tone until the other side sends its own sound", () => {
  expect(soundOf([call("a", "calling")], "a").name).toBe("none");
  expect(soundOf([call("a", "alerting")], "a").name).toBe("ringback");
  expect(soundOf([call("a", "early")], "a").name).toBe("none");
});

it("plays the busy tone for a call that met it", () => {
  expect(soundOf([call("a", "ended", { fault: { name: "busy" } })], "a").name).toBe("busy");
  expect(soundOf([call("a", "ended", { fault: { name: "refused" } })], "a").name).toBe("none");
});

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GRACE_MS, KEPT_MS, RETRY_MS, Recovery } from "./recovery";

let log: string[];
let possible: boolean;

function recovery(): Recovery {
  return new Recovery({
    restart: () => {
      log.push(possible ? "restart" : "not yet");
      return possible;
    },
    told: (lost) => log.push(lost ? "lost" : "back"),
    giveUp: () => log.push("over"),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  log = [];
  possible = true;
});
afterEach(() => vi.useRealTimers());

it("restarts ICE when signalling is back, and is at ease once that was taken", () => {
  const one = recovery();
  one.signalling(false);
  vi.advanceTimersByTime(5000);
  one.signalling(true);
  expect(log).toEqual(["lost", "restart"]);
  one.restarted();
  vi.advanceTimersByTime(KEPT_MS);
  expect(log).toEqual(["lost", "restart", "back"]);
});

it("lets media falter for a moment", () => {
  const one = recovery();
  one.media("disconnected");
  vi.advanceTimersByTime(GRACE_MS - 1);
  one.media("connected");
  vi.advanceTimersByTime(KEPT_MS);
  expect(log).toEqual([]);
});

it("restarts ICE when media is gone, again and again until audio flows", () => {
  const one = recovery();
  one.media("failed");
  one.restarted();
  vi.advanceTimersByTime(RETRY_MS);
  expect(log).toEqual(["lost", "restart", "restart"]);
  one.media("connected");
  expect(log.at(-1)).toBe("back");
});

it("waits for the way for SIP before it tries", () => {
  const one = recovery();
  one.signalling(false);
  one.media("failed");
  vi.advanceTimersByTime(2 * RETRY_MS);
  expect(log).toEqual(["lost"]);
  one.signalling(true);
  expect(log).toEqual(["lost", "restart"]);
});

it("tries again what was not possible", () => {
  possible = false;
  const one = recovery();
  one.media("failed");
  possible = true;
  vi.advanceTimersByTime(RETRY_MS);
  expect(log).toEqual(["lost", "not yet", "restart"]);
});

it("gives the call up when the server has, too", () => {
  const one = recovery();
  one.signalling(false);
  vi.advanceTimersByTime(KEPT_MS);
  expect(log).toEqual(["lost", "over"]);
});

it("does nothing once it is closed", () => {
  const one = recovery();
  one.media("disconnected");
  one.close();
  vi.advanceTimersByTime(2 * KEPT_MS);
  expect(log).toEqual([]);
});

it("is at ease after another network once ICE was restarted, though ICE never said that it failed", () => {
  const one = recovery();
  one.networkChanged();
  one.restarted();
  vi.advanceTimersByTime(KEPT_MS);
  expect(log).toEqual(["lost", "restart", "back"]);
});

import { describe, expect, it } from "vitest";
import { endingOf } from "./ending";
import { read } from "./messages";
import { NetworkMeter } from "./network";
import { SentLog } from "./sent";

describe("read", () => {
  it("takes a message with its number", () => {
    const told = read('{"type":"heard","seq":7,"text":"Hello","interrupted":true,"line":2}');
    expect(told?.seq).toBe(7);
    expect(told?.message).toMatchObject({ type: "heard", line: 2 });
  });
  it.each([
    "",
    "[]",
    "null",
    '"ready"',
    '{"type":"constructor"}',
    '{"type":"heard","text":1}',
    '{"type":"new"}',
  ])("takes %j for no message", (text) => expect(read(text)).toBeNull());
});

describe("SentLog", () => {
  it("sends behind what was taken again, in order, and goes on counting from there", () => {
    const log = new SentLog();
    const sound = new ArrayBuffer(640);
    log.text("one");
    log.audio(sound);
    log.passing();
    log.text("two");
    expect(log.count).toBe(4);
    expect(log.again(1)).toEqual([sound, "two"]);
    expect(log.count).toBe(3);
    expect(log.again(3)).toEqual([]);
  });
  it("forgets what an answered ping says was taken", () => {
    const log = new SentLog();
    log.text("one");
    log.text("two");
    log.taken(1);
    expect(log.again(1)).toEqual(["two"]);
  });
  it("keeps every word and only the last second of speech", () => {
    const log = new SentLog();
    log.text("word");
    for (let i = 0; i < 200; i += 1) log.audio(new ArrayBuffer(2));
    expect(log.count).toBe(201);
    const again = log.again(0);
    expect(again[0]).toBe("word");
    expect(again).toHaveLength(51);
  });
});

describe("NetworkMeter", () => {
  it("knows nothing at first, and then the middle trip and the jitter", () => {
    const meter = new NetworkMeter();
    expect(meter.quality).toBeNull();
    for (const trip of [20, 400, 30]) meter.ponged(trip);
    for (const at of [0, 20, 40, 60]) meter.arrived(at);
    expect(meter.figures).toEqual({ rtt_ms: 30, jitter_ms: 0 });
    expect(meter.quality).toBe("excellent");
  });
  it("takes a pause of the voice for no jitter", () => {
    const meter = new NetworkMeter();
    for (const at of [0, 20, 2_000, 2_020]) meter.arrived(at);
    expect(meter.figures.jitter_ms).toBe(0);
  });
  it("is as bad as the worst figure", () => {
    const meter = new NetworkMeter();
    meter.ponged(310);
    expect(meter.quality).toBe("fair");
    meter.reset();
    expect(meter.quality).toBeNull();
  });
});

describe("endingOf", () => {
  it.each([
    [1000, "done"],
    [1001, "lost"],
    [4001, "refused"],
    [4005, "refused"],
    [4007, "taken"],
    [4008, "lost"],
  ])("code %i is %s", (code, kind) => expect(endingOf(code, "", null, true).kind).toBe(kind));
  it("says what the server said, and when to try again", () => {
    expect(endingOf(4005, "The voice is being loaded.", 3, false)).toMatchObject({
      kind: "warming",
      text: "The voice is being loaded.",
      retryAfterS: 3,
    });
    expect(endingOf(1006, "", null, false).kind).toBe("unreachable");
    expect(endingOf(1006, "", null, true).kind).toBe("lost");
    expect(endingOf(4001, "", null, true).signedOut).toBe(true);
  });
});

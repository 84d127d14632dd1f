import { describe, expect, it } from "vitest";
import { Framer, shown } from "./framer";
import { BAR_MS, BARS, LevelRing } from "./levels";

describe("Framer", () => {
  it("cuts frames across pieces and loses no sample", () => {
    const framer = new Framer(4);
    expect(framer.push(Float32Array.of(0, 0.5, -0.5))).toEqual([]);
    const [frame] = framer.push(Float32Array.of(1, 2, -2));
    expect([...(frame?.samples ?? [])]).toEqual([0, 16_384, -16_383, 32_767]);
    const [next] = framer.push(Float32Array.of(0, 0));
    expect([...(next?.samples ?? [])]).toEqual([32_767, -32_767, 0, 0]);
    expect(next?.level).toBeCloseTo(Math.SQRT1_2);
  });

  it("shows levels as ears judge them", () => {
    expect(shown(0)).toBe(0);
    expect(shown(0.0005)).toBe(0);
    expect(shown(0.05)).toBeCloseTo(0.44, 1);
    expect(shown(0.8)).toBe(1);
  });
});

describe("LevelRing", () => {
  it("keeps the loudest of each bar, the newest last", () => {
    const ring = new LevelRing();
    expect(ring.push(0.2, BAR_MS / 3)).toBe(false);
    ring.push(0.9, BAR_MS / 3);
    expect(ring.push(0.1, BAR_MS / 3)).toBe(true);
    ring.push(0.3, BAR_MS);
    const bars = ring.bars();
    expect(bars).toHaveLength(BARS);
    expect(bars.slice(-3).map((bar) => Math.round(bar * 10))).toEqual([0, 9, 3]);
  });

  it("moves on through silence", () => {
    const ring = new LevelRing();
    ring.push(1, BAR_MS);
    ring.push(0, BAR_MS * BARS);
    expect(Math.max(...ring.bars())).toBe(0);
  });
});

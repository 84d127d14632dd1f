import { describe, expect, it } from "vitest";
import { Resampler } from "./resampler";

function tone(hz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from(
    { length: rate * seconds },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate),
  );
}

function inPieces(resampler: Resampler, input: Float32Array, size: number): Float32Array {
  const out: number[] = [];
  for (let at = 0; at < input.length; at += size) out.push(...resampler.process(input.slice(at, at + size)));
  return Float32Array.from(out);
}

function level(samples: Float32Array): number {
  const inner = samples.slice(200, -200);
  return Math.sqrt(inner.reduce((sum, one) => sum + one * one, 0) / inner.length);
}

describe("Resampler", () => {
  it.each([
    [48_000, 16_000],
    [44_100, 16_000],
    [16_000, 48_000],
    [16_000, 44_100],
    [24_000, 16_000],
  ])("keeps a tone of speech from %i to %i Hz", (from, to) => {
    const out = inPieces(new Resampler(from, to), tone(1000, from, 0.5), 128);
    expect(Math.abs(out.length - to * 0.5)).toBeLessThan(60);
    expect(level(out)).toBeCloseTo(0.5 / Math.SQRT2, 2);
  });

  it("lets nothing fold back that the lower rate cannot carry", () => {
    expect(level(inPieces(new Resampler(48_000, 16_000), tone(11_000, 48_000, 0.3), 128))).toBeLessThan(
      0.005,
    );
  });

  it("has no seam: pieces give what the whole gives", () => {
    const input = tone(440, 48_000, 0.1);
    const whole = new Resampler(48_000, 16_000).process(input);
    const pieces = inPieces(new Resampler(48_000, 16_000), input, 37);
    expect(pieces.length).toBe(whole.length);
    for (let i = 0; i < whole.length; i += 1) expect(pieces[i]).toBeCloseTo(whole[i] ?? 0, 6);
  });

  it("leaves what has the rate already as it is", () => {
    const input = tone(300, 16_000, 0.01);
    expect(new Resampler(16_000, 16_000).process(input)).toEqual(input);
  });
});

import { describe, expect, it } from "vitest";
import { between, grade, mos, type Sample, sampled } from "./quality";

const SAMPLE: Sample = {
  at: 1000,
  received: 100,
  lost: 0,
  bytesIn: 8000,
  bytesOut: 8000,
  jitterMs: 2,
  roundTripMs: 40,
  bufferS: 6,
  played: 96_000,
  concealed: 0,
  samples: 96_000,
  codec: "Opus",
  path: "host",
};

describe("the mean opinion score", () => {
  it("agrees with the server's (mediaserver/rtp/mos.py)", () => {
    expect(mos(0, 0)).toBeCloseTo(4.41, 2);
    expect(mos(0, 150)).toBeCloseTo(4.32, 1);
    expect(mos(100, 0)).toBeLessThan(2);
    expect(mos(100, 5000)).toBe(1);
  });

  it("takes what cannot be for what it is nearest to", () => {
    expect(mos(-3, -10)).toBe(mos(0, 0));
  });

  it("is put in words", () => {
    expect([4.3, 3.7, 2.9].map(grade)).toEqual(["good", "fair", "bad"]);
  });
});

describe("what happened between two samples", () => {
  it("counts only what is new", () => {
    const now = { ...SAMPLE, at: 6000, received: 345, lost: 5, bytesIn: 28_000, bytesOut: 28_000 };
    const quality = between(SAMPLE, { ...now, bufferS: 6 + 0.05 * 240_000, played: 96_000 + 240_000 });
    expect(quality?.lossPct).toBeCloseTo(2);
    expect(quality?.kbitIn).toBeCloseTo(32);
    expect(quality?.bufferMs).toBeCloseTo(50);
  });

  it("is total loss when nothing comes any more", () => {
    expect(between(SAMPLE, { ...SAMPLE, at: 6000 })?.lossPct).toBe(100);
  });

  it("is unknown before the first packet and after counters went back", () => {
    const empty = { ...SAMPLE, received: 0, lost: 0 };
    expect(between(empty, { ...empty, at: 2000 })).toBeNull();
    expect(between(SAMPLE, { ...SAMPLE, at: 2000, received: 10 })).toBeNull();
    expect(between(SAMPLE, SAMPLE)).toBeNull();
  });
});

describe("a browser's statistics", () => {
  it("are read from their places", () => {
    const report = new Map<string, unknown>([
      [
        "I",
        {
          type: "inbound-rtp",
          kind: "audio",
          timestamp: 5000,
          packetsReceived: 10,
          packetsLost: 1,
          jitter: 0.004,
          codecId: "C",
        },
      ],
      ["C", { type: "codec", mimeType: "audio/opus" }],
      ["T", { type: "transport", selectedCandidatePairId: "P" }],
      ["P", { type: "candidate-pair", currentRoundTripTime: 0.03, localCandidateId: "L" }],
      ["Q", { type: "candidate-pair", nominated: true, currentRoundTripTime: 9 }],
      ["L", { type: "local-candidate", candidateType: "relay" }],
    ]);
    const found = sampled(report);
    expect(found).toMatchObject({
      received: 10,
      lost: 1,
      jitterMs: 4,
      roundTripMs: 30,
      codec: "Opus",
      path: "relay",
    });
  });

  it("may say nothing at all", () => {
    expect(sampled(new Map())).toMatchObject({ received: 0, jitterMs: null, roundTripMs: null, codec: "" });
  });
});

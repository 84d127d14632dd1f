import { expect, test } from "vitest";
import { shares, whole } from "./parts";

const TURN = {
  endpoint: 100,
  stt: 30,
  llm_first_token: 0,
  tts_first_audio: 20,
  transport: 10,
  voice_to_voice: 160,
};

test("parts are shares of the longest turn, and those of nothing are left out", () => {
  const found = shares(TURN, 320);
  expect(found.map((one) => one.part.id)).toEqual(["endpoint", "stt", "tts_first_audio", "transport"]);
  expect(found.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(0.5);
  expect(shares(TURN, 0).every((one) => one.share === 0)).toBe(true);
});

test("the whole is what was measured, of what was typed, too", () => {
  expect(whole(TURN)).toBe(160);
  expect(whole({ text_to_voice: 90 })).toBe(90);
  expect(whole({ stt: 1 })).toBe(null);
});

import { describe, expect, it } from "vitest";
import { PlayoutQueue } from "./playoutQueue";

const RATE = 16_000;
const FRAME = RATE / 50;

function frame(value = 1000): Int16Array {
  return new Int16Array(FRAME).fill(value);
}

/** So many milliseconds of the sound card; how much of them was speech. */
function run(queue: PlayoutQueue, ms: number): number {
  let spoken = 0;
  for (let done = 0; done < ms; done += 8) spoken += (queue.take(new Float32Array(128)) * 1000) / RATE;
  return spoken;
}

describe("PlayoutQueue", () => {
  it("gathers a little before it begins, then plays all of it", () => {
    const queue = new PlayoutQueue(RATE, 60);
    queue.push(frame());
    queue.push(frame());
    expect(run(queue, 8)).toBe(0);
    queue.push(frame());
    expect(run(queue, 80)).toBe(60);
    expect(queue.playedMs).toBe(60);
    expect(queue.begun).toBe(1);
  });

  it("says a word that is shorter than what is gathered, only as late", () => {
    const queue = new PlayoutQueue(RATE, 60);
    queue.push(frame());
    expect(run(queue, 48)).toBe(0);
    expect(run(queue, 48)).toBe(20);
  });

  it("knows what was heard when it is interrupted, and goes on from the server's count", () => {
    const queue = new PlayoutQueue(RATE, 40);
    for (let i = 0; i < 10; i += 1) queue.push(frame());
    run(queue, 104);
    expect(queue.playedMs).toBe(104);
    queue.clear(240); // two frames more were dropped before they came here
    expect(queue.playedMs).toBe(240);
    expect(queue.waitingMs).toBe(0);
    expect(run(queue, 40)).toBe(0);
    for (let i = 0; i < 3; i += 1) queue.push(frame());
    run(queue, 80);
    expect(queue.playedMs).toBe(300);
  });

  it("counts audio that went by while it was away as heard", () => {
    const queue = new PlayoutQueue(RATE, 40);
    for (let i = 0; i < 4; i += 1) queue.push(frame());
    queue.count(5_000);
    expect(queue.playedMs).toBe(4_920);
  });

  it("gathers more when the network stutters, and not after a pause", () => {
    const queue = new PlayoutQueue(RATE, 40);
    queue.push(frame());
    queue.push(frame());
    run(queue, 80);
    queue.push(frame());
    expect([queue.stutters, queue.gather]).toEqual([1, 60]);
    run(queue, 800);
    queue.push(frame());
    expect([queue.stutters, queue.gather]).toEqual([1, 60]);
  });
});

import { beforeAll, expect, test, vi } from "vitest";

let reader: typeof import("./serverSent").EventReader;

beforeAll(async () => {
  vi.stubGlobal("location", { origin: "http://here" });
  reader = (await import("./serverSent")).EventReader;
});

test("events come whole, however the stream is cut", () => {
  const text =
    'event: call\ndata: {"done": 1}\n\n: still here\n\nevent: result\r\ndata: {"a":\r\ndata: 2}\r\n\r\n';
  for (const size of [1, 7, text.length]) {
    const events = new reader();
    const told = [];
    for (let at = 0; at < text.length; at += size) told.push(...events.take(text.slice(at, at + size)));
    expect(told).toEqual([
      { event: "call", data: { done: 1 } },
      { event: "result", data: { a: 2 } },
    ]);
  }
});

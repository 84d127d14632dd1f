// @vitest-environment happy-dom
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { documentOf, type FlowDocument } from "./model/document";
import { useDraft } from "./useDraft";

const puts: { body: { document: FlowDocument }; done: (revision: number) => void }[] = [];

vi.mock("@/api", () => ({
  ApiError: class extends Error {},
  api: {
    PUT: (_: string, sent: { body: { document: FlowDocument } }) =>
      new Promise((resolve) => puts.push({ body: sent.body, done: (revision) => resolve({ revision }) })),
  },
  ok: (answer: unknown) => answer,
  queries: { invalidateQueries: () => Promise.resolve() },
}));

const drawn = (text: string) =>
  documentOf({ format: 1, name: "a", nodes: [{ id: "b", type: "say", text }], edges: [] });

beforeEach(() => {
  vi.useFakeTimers();
  puts.length = 0;
});
afterEach(() => vi.useRealTimers());

const later = () => act(() => vi.advanceTimersByTimeAsync(1000));

test("what is undone while it is being saved is saved as it is then", async () => {
  const [before, after] = [drawn("Hello."), drawn("Good morning.")];
  const at = { revision: 1, base: 1 };
  const hook = renderHook(({ now }) => useDraft("a", now, at, true), { initialProps: { now: before } });
  hook.rerender({ now: after });
  await later();
  hook.rerender({ now: before });
  await act(async () => puts[0]?.done(2));
  expect(hook.result.current.saved.state).toBe("changed");
  await later();
  expect(puts.map((put) => put.body.document)).toEqual([after, before]);
  await act(async () => puts[1]?.done(3));
  expect(hook.result.current.saved.state).toBe("saved");
});

// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Toasts, toast } from "./Toast";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const minute = () => act(() => vi.advanceTimersByTime(60_000));

it("stays while somebody points at it, and goes afterwards", () => {
  render(<Toasts />);
  act(() => toast.ok("Saved"));
  fireEvent.pointerEnter(screen.getByText("Saved"));
  act(() => toast.ok("Published"));
  minute();
  expect(screen.queryByText("Saved")).not.toBeNull();
  expect(screen.queryByText("Published")).not.toBeNull();
  const region = screen.getByText("Saved").closest("[aria-live]");
  if (region === null) throw new Error("toasts stand in no live region");
  fireEvent.pointerLeave(region);
  minute();
  expect(screen.queryByText("Saved")).toBeNull();
  expect(screen.queryByText("Published")).toBeNull();
});

it("goes by time after the one that was pointed at was dismissed", () => {
  render(<Toasts />);
  act(() => toast.ok("Saved"));
  fireEvent.focus(screen.getByText("Saved"));
  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  act(() => toast.ok("Published"));
  minute();
  expect(screen.queryByText("Published")).toBeNull();
});

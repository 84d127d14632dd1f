// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Slider } from "./Choices";
import { Field } from "./Field";
import { Input } from "./Input";

afterEach(cleanup);

const nothing = () => undefined;

test("a slider is called what its field is called", () => {
  render(
    <Field label="They interrupt" hint="Of a hundred turns.">
      <Slider value={20} onChange={nothing} min={0} max={100} />
    </Field>,
  );
  expect(screen.getByRole("slider", { name: "They interrupt" })).toBeTruthy();
});

test("the sign of what has to be filled in is not read out", () => {
  render(
    <Field label="Name" required>
      <Input value="" onChange={nothing} />
    </Field>,
  );
  expect(screen.getByRole("textbox", { name: "Name" }).hasAttribute("required")).toBe(true);
});

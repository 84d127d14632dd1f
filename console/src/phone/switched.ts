// Whether this browser takes calls: remembered, so that the phone rings on whatever page is opened next.
import { keep, kept } from "@/app/kept";

export function isOn(): boolean {
  return kept("phone") === "on";
}

/** Never switched, or on: the phone's own page then switches it on. */
export function mayBegin(): boolean {
  return kept("phone") !== "off";
}

export function switched(on: boolean): void {
  keep("phone", on ? "on" : "off");
}

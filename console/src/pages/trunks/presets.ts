// A carrier that is known: what its preset makes of the form, and what the form does not show of it.
import type { Schema } from "@/api";
import type { Trunk } from "@/parts/data";
import { formOf, type TrunkForm } from "./model";

export type Preset = Schema["PresetShown"];

/** A preset as it was chosen. */
export interface Chosen {
  preset: Preset;
  region: string;
  blanks: Readonly<Record<string, string>>;
  secure: boolean;
}

export function chosen(preset: Preset): Chosen {
  return { preset, region: preset.regions[0]?.name ?? "", blanks: {}, secure: false };
}

/** Whether a blank is filled in as its carrier writes it. */
export function fits(blank: Preset["blanks"][number], text: string): boolean {
  return new RegExp(`^(?:${blank.pattern})$`).test(text);
}

/** The settings of a trunk as the preset has them; its host is empty while a blank is. */
export function settingsOf({ preset, region, blanks, secure }: Chosen): Record<string, unknown> {
  const place = preset.regions.find((one) => one.name === region) ?? preset.regions[0];
  const whole = preset.blanks.every((blank) => fits(blank, blanks[blank.name] ?? ""));
  const host = (place?.host ?? "").replace(/\{([a-z_]+)\}/g, (_, name: string) => blanks[name] ?? "");
  return { ...preset.settings, ...(secure ? preset.secure : {}), host: whole ? host : "" };
}

/** What changes in the form: all but who we are there, and whom it may call. */
export function patchOf(choice: Chosen): Partial<TrunkForm> {
  const {
    name: _,
    username: __,
    password: ___,
    auth_username: ____,
    prefixes: _____,
    ...rest
  } = formOf(settingsOf(choice) as unknown as Trunk);
  return rest;
}

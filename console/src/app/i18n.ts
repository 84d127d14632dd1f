// What is seen, in the language that the user chose: the English text is the key, as in gettext. Nothing here knows React; `useLocale` in locale.ts does.

export type Params = Record<string, string | number>;
/** Translations of one language: a text, or its plural forms by the names of Intl.PluralRules. */
export type Catalogue = Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>;

export interface Language {
  code: string;
  /** In its own words. */
  name: string;
  dir: "ltr" | "rtl";
  load: () => Promise<Catalogue>;
}

export const LANGUAGES: readonly Language[] = [
  { code: "en", name: "English", dir: "ltr", load: async () => ({}) },
  {
    code: "ar",
    name: "العربية",
    dir: "rtl",
    load: async () => (await import("./catalogues/ar.json")).default,
  },
];

let code = "en";
let catalogue: Catalogue = {};
let rules = new Intl.PluralRules("en");

/** The language that texts and figures are in (BCP 47). */
export function language(): string {
  return code;
}

export function speak(newCode: string, newCatalogue: Catalogue): void {
  code = newCode;
  catalogue = newCatalogue;
  rules = new Intl.PluralRules(newCode);
}

/** A text with its `{names}` filled in: `t("Call {name}", { name })`. The text is written out in the source, so that scripts/catalogue.mjs finds it. */
export function t(text: string, params?: Params): string {
  const found = catalogue[text];
  return filled(typeof found === "string" ? found : text, params);
}

/** A text that counts: `tn("{count} call", "{count} calls", calls.length)`. The English plural is the key. */
export function tn(one: string, many: string, count: number, params?: Params): string {
  const all = { count: new Intl.NumberFormat(code).format(count), ...params };
  const found = catalogue[many];
  if (found !== undefined && typeof found !== "string") {
    const form = found[rules.select(count)] ?? found.other;
    if (form !== undefined) return filled(form, all);
  }
  return filled(new Intl.PluralRules("en").select(count) === "one" ? one : many, all);
}

function filled(text: string, params?: Params): string {
  if (params === undefined) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}

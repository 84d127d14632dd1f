// What is seen, in the language that the user chose: the English text is the key, as in gettext. Nothing here knows React; `useLocale` in locale.ts does.

export type Params = Record<string, string | number>;
/** Translations of one language: a text, or its plural forms by the names of Intl.PluralRules. */
export type Catalogue = Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>;

export interface Language {
  code: string;
  /** In its own words. */
  name: string;
  dir: "ltr" | "rtl";
  /** What Intl is asked with (BCP 47), where that is more than the code. */
  locale?: string;
  load: () => Promise<Catalogue>;
}

export const LANGUAGES: readonly Language[] = [
  { code: "en", name: "English", dir: "ltr", load: async () => ({}) },
  {
    code: "ar",
    name: "العربية",
    dir: "rtl",
    // Latin digits everywhere: numbers of telephones, ids, codecs and the server's own words have them anyway, number fields take no others, and a table with both kinds cannot be compared at a glance. Said outright, since browsers differ in what plain "ar" means.
    locale: "ar-u-nu-latn",
    load: async () => (await import("./catalogues/ar")).default,
  },
];

const ENGLISH_RULES = new Intl.PluralRules("en");
let code = "en";
let tag = "en";
let isolates = false;
let catalogue: Catalogue = {};
let rules = ENGLISH_RULES;

/** The code of the language that texts are in. */
export function language(): string {
  return code;
}

/** The same for Intl, with its digits: ar-u-nu-latn. */
export function locale(): string {
  return tag;
}

export function speak(newCode: string, newCatalogue: Catalogue): void {
  const known = LANGUAGES.find((one) => one.code === newCode);
  code = newCode;
  tag = known?.locale ?? newCode;
  isolates = known?.dir === "rtl";
  catalogue = newCatalogue;
  rules = new Intl.PluralRules(newCode);
}

/** A text with its `{names}` filled in: `t("Call {name}", { name })`. The text is written out in the source, so that scripts/catalogue.mjs finds it. */
export function t(text: string, params?: Params): string {
  const found = catalogue[text];
  return filled(typeof found === "string" ? begun(found) : text, params);
}

/** A text that counts: `tn("{count} call", "{count} calls", calls.length)`. The English plural is the key. */
export function tn(one: string, many: string, count: number, params?: Params): string {
  const all = { count: new Intl.NumberFormat(tag).format(count), ...params };
  const found = catalogue[many];
  if (found !== undefined && typeof found !== "string") {
    const form = found[rules.select(count)] ?? found.other;
    if (form !== undefined) return filled(begun(form), all);
  }
  return filled(ENGLISH_RULES.select(count) === "one" ? one : many, all);
}

function filled(text: string, params?: Params): string {
  if (params === undefined) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : isolated(String(value));
  });
}

/** A right-to-left text that begins with a Latin word or a name says its direction itself (RLM), since `<bdi>` and dir="auto" go by the first letter. */
function begun(text: string): string {
  return isolates && !/^[^\p{L}{]*\p{Script=Arabic}/u.test(text) && /\p{Script=Arabic}/u.test(text)
    ? `\u200f${text}`
    : text;
}

/** What is filled into a right-to-left text keeps its own direction and moves nothing beside it: names, numbers and addresses are mostly Latin. Figures alone need it not, and stay with a Latin word before them ("MOS 4.3"). (FSI … PDI, UAX #9 section 2.5.) */
function isolated(value: string): string {
  return isolates && /[^\d\p{Script=Arabic}\s.,:%]/u.test(value) ? `\u2068${value}\u2069` : value;
}

/** An amount with a Latin sign, in a right-to-left text: 0.01 US$, not $US 0.01. (LRI … PDI; Intl's own marks are for a text that isolates nothing.) */
export function leftToRight(text: string): string {
  return isolates ? `\u2066${text.replace(/[\u200e\u200f\u061c]/g, "")}\u2069` : text;
}

// What a text weighs before it is sent: the server's own rule (providers/messages/segments.py; 3GPP TS 23.038, 6.2.1). Pure.

const GSM = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Written with an escape before them: they count twice. */
const TWICE = new Set("\f^{}\\[~]|€");
/** Typography, with what the GSM alphabet has in its place: the server sends that, where nothing else is in the way. */
const ALIKE: Readonly<Record<string, string>> = {
  "‘": "'",
  "’": "'",
  "‚": "'",
  "“": '"',
  "”": '"',
  "„": '"',
  "«": '"',
  "»": '"',
  "–": "-",
  "—": "-",
  "…": "...",
  "\u00a0": " ",
  "\u202f": " ",
  "\u2009": " ",
  "\u200b": "",
  "•": "-",
  "‑": "-",
  "`": "'",
};

/** The most characters that the server takes for one text. */
export const MOST_TEXT = 1600;

export interface Weight {
  /** Characters as the alphabet counts them. */
  units: number;
  /** Messages that it is billed as; 0 for none. */
  segments: number;
  /** Characters that still go into the last of them. */
  left: number;
  /** It holds a character that the GSM alphabet lacks, so that each message carries 70 instead of 160. */
  wide: boolean;
}

/** What a text is billed as once the server has made it plain. */
export function weigh(text: string): Weight {
  const sent = plain(text);
  const wide = !isGsm(sent);
  const units = wide ? sent.length : [...sent].reduce((sum, each) => sum + (TWICE.has(each) ? 2 : 1), 0);
  const [alone, each] = wide ? [70, 67] : [160, 153];
  const segments = units === 0 ? 0 : units <= alone ? 1 : Math.ceil(units / each);
  const room = segments <= 1 ? alone : segments * each;
  return { units, segments, left: room - units, wide };
}

/** As it is sent: no blanks around, no typography where nothing else keeps it from the GSM alphabet. */
export function plain(text: string): string {
  const tidy = text
    .replace(/[ \t]{2,}/g, " ")
    .replace(/[ \t]*\n\s*/g, "\n")
    .trim();
  const simple = [...tidy].map((each) => ALIKE[each] ?? each).join("");
  return isGsm(simple) ? simple : tidy;
}

function isGsm(text: string): boolean {
  return [...text].every((each) => GSM.has(each) || TWICE.has(each));
}

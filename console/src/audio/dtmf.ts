// The keys of a telephone: their two frequencies (ITU-T Q.23) and the letters on them (ITU-T E.161). Pure.

export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
export type Key = (typeof KEYS)[number];

const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477] as const;

export const LETTERS: Readonly<Record<Key, string>> = {
  "1": "",
  "2": "ABC",
  "3": "DEF",
  "4": "GHI",
  "5": "JKL",
  "6": "MNO",
  "7": "PQRS",
  "8": "TUV",
  "9": "WXYZ",
  "*": "",
  "0": "+",
  "#": "",
};

export function isKey(text: string): text is Key {
  return (KEYS as readonly string[]).includes(text);
}

/** Low and high frequency of a key, in Hz. */
export function frequencies(key: Key): readonly [low: number, high: number] {
  const at = KEYS.indexOf(key);
  return [ROWS[Math.floor(at / 3)] ?? ROWS[0], COLUMNS[at % 3] ?? COLUMNS[0]];
}

/** The key that a letter stands on: "d" is on 3; null for what is on none. */
export function keyOf(letter: string): Key | null {
  const wanted = letter.toUpperCase();
  if (isKey(wanted)) return wanted;
  if (!/^[A-Z]$/.test(wanted)) return null;
  return KEYS.find((key) => LETTERS[key].includes(wanted)) ?? null;
}

/** A word as it is dialled: "demo" is 3366. What stands on no key is left out. */
export function spelt(word: string): string {
  return Array.from(word.normalize("NFD"), (letter) => keyOf(letter) ?? "").join("");
}

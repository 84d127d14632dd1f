// Whom one can call: extensions, agents and those of past calls, searched by letters, digits or the keys that spell their names. Pure.
import { isKey, spelt } from "@/audio/dtmf";

export interface Entry {
  kind: "extension" | "agent" | "recent";
  /** What is dialled. */
  address: string;
  name: string;
  /** Something to tell it by: "registered", a description. */
  note: string;
}

const LONGEST_LIST = 8;

/** The entries that fit what was typed, best first: those that begin with it, then those with a word that does, then those that are spelt by these keys. */
export function found(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = plain(typed);
  if (wanted === "") return [];
  const keys = [...typed.replace(/\s/g, "")].every(isKey) ? typed.replace(/\s/g, "") : "";
  const ranked = entries.flatMap((entry) => {
    const rank = rankOf(entry, wanted, keys);
    return rank === null ? [] : [{ entry, rank }];
  });
  ranked.sort((a, b) => a.rank - b.rank);
  return once(ranked.map(({ entry }) => entry)).slice(0, LONGEST_LIST);
}

function rankOf(entry: Entry, wanted: string, keys: string): number | null {
  const [name, address] = [plain(entry.name), plain(entry.address)];
  if (address === wanted || name === wanted) return 0;
  if (address.startsWith(wanted) || name.startsWith(wanted)) return 1;
  const words = `${name} ${address} ${plain(entry.note)}`.split(/[\s@._-]+/);
  if (words.some((word) => word.startsWith(wanted))) return 2;
  if (keys.length >= 2 && spelt(entry.name).startsWith(keys)) return 3;
  return wanted.length >= 3 && (name.includes(wanted) || address.includes(wanted)) ? 4 : null;
}

/** Small letters without accents: "Zoë" is found by "zoe". */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function once(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter((entry) => !seen.has(entry.address) && seen.add(entry.address));
}

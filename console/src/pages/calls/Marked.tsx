import { Fragment } from "react";

const LONGEST = 160;

/** A line with the words that were searched for lit; cut around the first of them. Text alone, whatever is in it. */
export function Marked({ text, searched }: { text: string; searched: string }) {
  return (
    <>
      {lit(text, searched).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text
        <Fragment key={index}>
          {part.lit ? (
            <mark className="rounded bg-gold-soft px-0.5 text-gold-text">{part.text}</mark>
          ) : (
            part.text
          )}
        </Fragment>
      ))}
    </>
  );
}

/** The parts of a text, those that are searched for apart: words by their beginnings, "phrases" as they are. */
export function lit(text: string, searched: string): { text: string; lit: boolean }[] {
  const wanted = [...searched.matchAll(/"([^"]*)"?|(\S+)/g)]
    .map((found) => (found[1] ?? found[2] ?? "").trim())
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (wanted.length === 0) return [{ text: cut(text, 0), lit: false }];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${wanted.join("|")})`, "giu");
  const first = Math.max(0, text.search(pattern));
  const shown = cut(text, first);
  const parts: { text: string; lit: boolean }[] = [];
  let at = 0;
  for (const found of shown.matchAll(pattern)) {
    if (found.index > at) parts.push({ text: shown.slice(at, found.index), lit: false });
    parts.push({ text: found[0], lit: true });
    at = found.index + found[0].length;
  }
  if (at < shown.length) parts.push({ text: shown.slice(at), lit: false });
  return parts;
}

function cut(text: string, around: number): string {
  if (text.length <= LONGEST) return text;
  const from = Math.max(0, around - 40);
  return `${from > 0 ? "…" : ""}${text.slice(from, from + LONGEST)}${from + LONGEST < text.length ? "…" : ""}`;
}

// What was said, as it is told on `/ws`, with what was heard of it. Pure: a message in, the lines out.
import type { Mood, ServerMessage } from "./messages";

export interface Line {
  /** Stays the same from draw to draw. */
  key: string;
  who: "caller" | "agent" | "operator" | "note";
  text: string;
  /** When it began, ms since 1970. */
  at: number;
  /** Its place in the stored transcript; null: not known (yet). */
  line: number | null;
  /** Of the caller's: no longer changes. Of the agent's: all is known that was heard of it. */
  settled: boolean;
  confidence: number | null;
  understood: boolean;
  mood: Mood | null;
  language: string;
  /** Of the agent's, once it is settled: what the caller heard; null: not known. */
  heard: string | null;
  interrupted: boolean;
}

/** Words, and whether they were heard. */
export interface Piece {
  text: string;
  heard: boolean;
}

export type Lines = readonly Line[];

export function withMessage(lines: Lines, message: ServerMessage, at: number): Lines {
  switch (message.type) {
    case "transcript": {
      const open = lines.findLastIndex((one) => one.who === "caller" && !one.settled);
      const said: Partial<Line> = {
        text: message.text,
        confidence: message.confidence,
        understood: message.understood,
        settled: message.final,
        line: message.line ?? null,
        mood: message.mood ?? null,
        language: message.language ?? "",
      };
      return open < 0
        ? [...lines, made(lines, "caller", message.text, at, said)]
        : changed(lines, open, said);
    }
    case "unheard":
      return message.why === "with the next"
        ? lines
        : lines.filter((one) => one.who !== "caller" || one.settled);
    case "agent":
    case "operator":
      return withSentence(lines, message.type, message.text, message.line ?? null, at);
    case "heard": {
      const index = settledBy(lines, message.line ?? null);
      if (index < 0) return lines;
      return changed(lines, index, { heard: message.text, interrupted: message.interrupted, settled: true });
    }
    default:
      return lines;
  }
}

/** A line of our own between the others. */
export function withNote(lines: Lines, text: string, at: number): Lines {
  return [...lines, made(lines, "note", text, at, { settled: true })];
}

/** A conversation is over, and another may begin: its lines are not those of the next. */
export function closed(lines: Lines): Lines {
  return lines.map((one) => ({ ...one, line: null, settled: true }));
}

/** Where nothing is spoken, what came was read. */
export function asRead(lines: Lines): Lines {
  return lines.map((one) => (one.who === "caller" || one.settled ? one : { ...one, settled: true }));
}

/** The words of an agent's line with their fates, in order. Before that is known all count as heard. */
export function pieces(line: Line): Piece[] {
  if (line.heard === null || !line.interrupted) return [{ text: line.text, heard: true }];
  return fates(line.text, line.heard);
}

/** Which words of what was `said` are in what was `heard`: its beginning as a rule, with a word lost here and there. */
export function fates(said: string, heard: string): Piece[] {
  const words = said.match(/\S+\s*/g) ?? [];
  const pieces: Piece[] = [];
  let rest = bare(heard);
  for (const word of words) {
    const shape = bare(word);
    const kept = shape !== "" && rest.startsWith(shape);
    if (kept) rest = rest.slice(shape.length);
    else if (rest !== "" && shape.startsWith(rest)) {
      // Cut within what is written as one word ("half-past").
      const at = rest.length;
      add(pieces, word.slice(0, at), true);
      add(pieces, word.slice(at), false);
      rest = "";
      continue;
    }
    add(pieces, word, kept);
  }
  return pieces;
}

function bare(text: string): string {
  return text.replace(/\s+/g, "");
}

function add(pieces: Piece[], text: string, heard: boolean): void {
  const last = pieces.at(-1);
  if (last !== undefined && last.heard === heard) last.text += text;
  else if (text !== "") pieces.push({ text, heard });
}

function withSentence(
  lines: Lines,
  who: "agent" | "operator",
  text: string,
  line: number | null,
  at: number,
): Lines {
  const index = lines.findLastIndex((one) =>
    line === null
      ? one.who === who && one.line === null && !one.settled
      : one.who === who && one.line === line,
  );
  const before = lines[index];
  if (before !== undefined && index >= 0) return changed(lines, index, { text: `${before.text} ${text}` });
  return [...lines, made(lines, who, text, at, { line })];
}

function settledBy(lines: Lines, line: number | null): number {
  if (line === null)
    return lines.findIndex((one) => one.who !== "caller" && one.who !== "note" && !one.settled);
  return lines.findLastIndex((one) => one.line === line && (one.who === "agent" || one.who === "operator"));
}

function made(lines: Lines, who: Line["who"], text: string, at: number, more: Partial<Line>): Line {
  return {
    key: `${lines.length}-${who}-${at}`,
    who,
    text,
    at,
    line: null,
    settled: false,
    confidence: null,
    understood: true,
    mood: null,
    language: "",
    heard: null,
    interrupted: false,
    ...more,
  };
}

function changed(lines: Lines, index: number, more: Partial<Line>): Lines {
  return lines.map((one, at) => (at === index ? { ...one, ...more } : one));
}

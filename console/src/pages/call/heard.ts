// What a caller heard of what was to be said.

/** The heard beginning of a text, and what was left unsaid. Where what was heard is no beginning of it (words were spoken otherwise), only what was heard. */
export function heardAndRest(text: string, heard: string): [heard: string, rest: string] {
  if (heard === text) return [text, ""];
  const words = (of: string) => of.split(/\s+/).filter(Boolean);
  const [wanted, spoken] = [words(text), words(heard)];
  if (spoken.length === 0) return ["", text];
  if (spoken.length > wanted.length) return [heard, ""];
  const bare = (word: string | undefined) => (word ?? "").replace(/[^\p{L}\p{N}]+$/u, "").toLowerCase();
  if (!spoken.every((word, index) => bare(word) === bare(wanted[index]))) return [heard, ""];
  return [heard, wanted.slice(spoken.length).join(" ")];
}

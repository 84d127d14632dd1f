// What is missing, as the server writes it: words with commands in them, between backticks.

export type Told = readonly { text: string; command: boolean }[];

/** "the package; run `pip install x`" as words and commands. */
export function told(lacks: string): Told {
  return marked(lacks)
    .split(/(`[^`]+`)/)
    .filter(Boolean)
    .map((part) => ({ text: part.replaceAll("`", ""), command: part.startsWith("`") && part.length > 2 }));
}

/** The commands in it, to be copied. */
export function commandsIn(lacks: string): string[] {
  return told(lacks)
    .filter((part) => part.command && /^(pip|voiceforge|make|apt|docker|export|\.venv)\b/.test(part.text))
    .map((part) => part.text);
}

/** A sentence that begins with a command of ours which nobody marked: "voiceforge providers point NAME, then …". */
function marked(lacks: string): string {
  return lacks.replace(/^voiceforge [^,;:`]+/, "`$&`");
}

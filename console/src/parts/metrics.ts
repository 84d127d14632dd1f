// Figures of the server in the Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats/).

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** The samples whose names begin with one of these. */
export function samplesOf(text: string, names: readonly string[]): Sample[] {
  const found: Sample[] = [];
  for (const line of text.split("\n")) {
    if (!names.some((name) => line.startsWith(name))) continue;
    const parts = LINE.exec(line);
    if (parts === null) continue;
    const [, name = "", labels = "", value = ""] = parts;
    found.push({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(LABEL)].map(([, key = "", text = ""]) => [key, plain(text)]),
      ),
      value: Number(value),
    });
  }
  return found;
}

function plain(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign));
}

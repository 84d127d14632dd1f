// A waveform as the outline of an area, for an SVG path: drawn once, coloured by the theme.

/** Peaks (0 to 1) around the middle of a lane of this height, one unit of width each. What is quiet is a thin line. */
export function outline(peaks: readonly number[], height: number): string {
  if (peaks.length === 0) return "";
  const middle = height / 2;
  // Loudness is heard by its logarithm: quiet speech is to be seen, too.
  const reach = peaks.map((peak) => Math.max(0.6, Math.sqrt(Math.min(1, Math.max(0, peak))) * (middle - 1)));
  const above = reach.map((each, x) => `${x},${round(middle - each)}`);
  const below = reach.map((each, x) => `${x},${round(middle + each)}`).reverse();
  return `M${above.join("L")}L${below.join("L")}Z`;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** The key that opens the palette, as this machine's keyboard names it. */
export function modifier(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl+K";
}

// Small choices that a browser remembers (theme, folded sidebar). Nothing secret, ever.

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`voiceforge.${name}`);
  } catch {
    return null; // storage is switched off
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`voiceforge.${name}`);
    else localStorage.setItem(`voiceforge.${name}`, value);
  } catch {
    // storage is switched off: the choice lasts for this visit
  }
}

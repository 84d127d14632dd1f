// Stands in for `react-style-singleton` (see vite.config.ts): same doors, but the rules go into an adopted style sheet. A <style> element would be refused by the page's content security policy (style-src 'self').
import { useEffect } from "react";

export function stylesheetSingleton() {
  let users = 0;
  let sheet: CSSStyleSheet | null = null;
  return {
    add(css: string): void {
      if (users === 0) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets.push(sheet);
      }
      users += 1;
    },
    remove(): void {
      users -= 1;
      if (users > 0 || sheet === null) return;
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
      sheet = null;
    },
  };
}

export function styleHookSingleton() {
  const sheet = stylesheetSingleton();
  return function useAdopted(css: string, dynamic?: boolean): void {
    const kept = dynamic ? css : "";
    // biome-ignore lint/correctness/useExhaustiveDependencies: as in the original, only dynamic styles follow their text
    useEffect(() => {
      sheet.add(css);
      return () => sheet.remove();
    }, [kept]);
  };
}

export function styleSingleton() {
  const useAdopted = styleHookSingleton();
  return function Sheet({ styles, dynamic }: { styles: string; dynamic?: boolean }) {
    useAdopted(styles, dynamic);
    return null;
  };
}

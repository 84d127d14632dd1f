// Which language is chosen, and the document that follows it (lang, dir).
import { useSyncExternalStore } from "react";
import { LANGUAGES, type Language, language, speak } from "./i18n";
import { keep, kept } from "./kept";

const watchers = new Set<() => void>();

export function chosenLanguage(): Language {
  return LANGUAGES.find((one) => one.code === language()) ?? english();
}

/** Shows the language, and keeps it for the next visit. Rejects where its texts cannot be loaded: the language stays. */
export async function chooseLanguage(code: string): Promise<void> {
  await showLanguage(code);
  keep("language", code);
}

/** Before the first page is drawn: the wanted language, English for this visit where its texts cannot be had. Nothing is kept, so that a server that was away does not change anybody's choice. */
export async function startLanguage(): Promise<void> {
  await showLanguage(wantedLanguage()).catch(() => showLanguage("en"));
}

async function showLanguage(code: string): Promise<void> {
  const wanted = LANGUAGES.find((one) => one.code === code) ?? english();
  const catalogue = await wanted.load();
  speak(wanted.code, catalogue);
  document.documentElement.lang = wanted.code;
  document.documentElement.dir = wanted.dir;
  for (const watcher of watchers) watcher();
}

/** The language of the last visit, else the browser's first that we have. */
function wantedLanguage(): string {
  const last = kept("language");
  if (last !== null && LANGUAGES.some((one) => one.code === last)) return last;
  const have = navigator.languages
    .map((tag) => tag.split("-")[0])
    .find((tag) => LANGUAGES.some((one) => one.code === tag));
  return have ?? "en";
}

/** The language's code; whoever uses it is drawn anew when that changes. */
export function useLocale(): string {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, language);
}

function english(): Language {
  return LANGUAGES[0] as Language;
}

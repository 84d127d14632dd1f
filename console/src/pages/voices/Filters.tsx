// What the grid of voices is narrowed by, with how many there are of each.
import { Star, X } from "lucide-react";
import { useMemo } from "react";
import { t } from "@/app/i18n";
import { languageOf } from "@/parts/data";
import { Button, type Choice, SearchInput, Select } from "@/ui";
import { ANY, counted, type Standing, standingOf, stylesOf, type Voice, type VoiceWish } from "./filter";
import { genderText, standingText, styleText } from "./words";

export interface FiltersProps {
  voices: readonly Voice[];
  wish: VoiceWish;
  onChange: (wish: VoiceWish) => void;
  /** Whether voices can be kept. */
  keeps: boolean;
}

export function Filters({ voices, wish, onChange, keeps }: FiltersProps) {
  const set = (more: Partial<VoiceWish>) => onChange({ ...wish, ...more });
  const choices = useMemo(() => choicesOf(voices), [voices]);
  const any = JSON.stringify(wish) === JSON.stringify(ANY);
  return (
    <div className="grid grid-cols-2 items-center gap-2 sm:grid-cols-3 lg:flex lg:flex-wrap">
      <SearchInput
        label={t("Search by name, language or manner")}
        value={wish.words}
        onChange={(words) => set({ words })}
        className="col-span-full max-w-none basis-56"
      />
      <Select
        aria-label={t("Language")}
        className="lg:w-38"
        value={wish.language}
        onChange={(language) => set({ language })}
        placeholder={t("All languages")}
        choices={choices.languages}
      />
      <Select
        aria-label={t("Gender")}
        className="lg:w-38"
        value={wish.gender}
        onChange={(gender) => set({ gender })}
        placeholder={t("Anybody")}
        choices={choices.genders}
      />
      <Select
        aria-label={t("Manner")}
        className="lg:w-38"
        value={wish.style}
        onChange={(style) => set({ style })}
        placeholder={t("Any manner")}
        choices={choices.styles}
      />
      <Select
        aria-label={t("Engine")}
        className="lg:w-38"
        value={wish.engine}
        onChange={(engine) => set({ engine })}
        placeholder={t("Any engine")}
        choices={choices.engines}
      />
      <Select
        aria-label={t("How it stands here")}
        className="lg:w-38"
        value={wish.standing}
        onChange={(standing) => set({ standing: standing as Standing | "" })}
        placeholder={t("Ready or not")}
        choices={choices.standings}
      />
      {keeps && (
        <Button
          aria-pressed={wish.kept}
          variant={wish.kept ? "primary" : "secondary"}
          icon={<Star />}
          onClick={() => set({ kept: !wish.kept })}
        >
          {t("Yours")}
        </Button>
      )}
      {!any && (
        <Button variant="ghost" icon={<X />} onClick={() => onChange(ANY)}>
          {t("Clear")}
        </Button>
      )}
    </div>
  );
}

function choicesOf(
  voices: readonly Voice[],
): Record<"languages" | "genders" | "styles" | "engines" | "standings", Choice[]> {
  const named = (values: readonly string[], text: (value: string) => string, byName = false) =>
    counted(values, byName).map(({ value, count }) => ({ value, label: `${text(value)} (${count})` }));
  const plain = (value: string) => value;
  const languages = new Map(voices.map((one) => [one.language_name, languageOf(one)]));
  return {
    languages: named(
      voices.map((one) => one.language_name),
      (name) => languages.get(name) ?? name,
      true,
    ),
    genders: named(
      voices.map((one) => one.gender),
      genderText,
    ),
    styles: named(voices.flatMap(stylesOf), styleText),
    engines: named(
      voices.flatMap((one) => [...new Set([one.engine, one.spoken_by ?? one.engine])]),
      plain,
    ),
    standings: named(voices.map(standingOf), (value) => standingText(value as Standing)),
  };
}

import { useEffect, useRef } from "react";
import { ms } from "@/app/format";
import { t } from "@/app/i18n";
import type { Caption, Captions } from "@/phone/captions";
import { cn } from "@/ui";

/** What is said, as it is said. */
export function Transcript({ captions, waiting }: { captions: Captions; waiting: string }) {
  const foot = useRef<HTMLDivElement>(null);
  const { lines, partial } = captions;
  const seen = `${lines.length} ${lines.at(-1)?.text.length} ${partial.length}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `seen` stands for what was added
  useEffect(() => {
    foot.current?.scrollIntoView({ block: "nearest" });
  }, [seen]);
  return (
    <div
      role="log"
      aria-label={t("What is said")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      tabIndex={0}
      className="scroll-quiet flex h-64 flex-col gap-2.5 overflow-y-auto rounded-xl bg-sunken p-4"
    >
      {lines.length === 0 && partial === "" && (
        <p className="m-auto text-center text-faint text-sm">{waiting}</p>
      )}
      {lines.map((line) => (
        <Bubble key={line.id} line={line} />
      ))}
      {partial && (
        <p className="max-w-[85%] animate-fade self-end rounded-2xl rounded-ee-sm border border-line-strong/60 border-dashed px-3.5 py-2 text-muted text-sm italic">
          {partial}…
        </p>
      )}
      <div ref={foot} />
    </div>
  );
}

function Bubble({ line }: { line: Caption }) {
  const own = line.speaker === "caller";
  const cut = line.interrupted && line.heard !== null && line.text.startsWith(line.heard);
  return (
    <div className={cn("max-w-[85%] animate-in", own ? "self-end" : "self-start")}>
      <p
        className={cn(
          "break-words rounded-2xl px-3.5 py-2 text-sm leading-relaxed",
          own ? "rounded-ee-sm bg-primary text-primary-fg" : "rounded-es-sm bg-raised text-fg",
        )}
      >
        <span className="sr-only">{own ? t("You:") : t("Agent:")} </span>
        {cut ? (
          <bdi>
            {line.heard}
            <span className="text-faint line-through">{line.text.slice(line.heard?.length)}</span>
          </bdi>
        ) : (
          <bdi>{line.text}</bdi>
        )}
      </p>
      {line.interrupted ? (
        <p className="mt-0.5 px-1 text-faint text-xs">{t("interrupted by you")}</p>
      ) : (
        line.voiceToVoice !== null && (
          <p className="figures mt-0.5 px-1 text-faint text-xs">
            {t("answered after {time}", { time: ms(line.voiceToVoice) })}
          </p>
        )
      )}
    </div>
  );
}

// What is said, while it is said: of calls with an agent.
import { ExternalLink, MessagesSquare } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { ms } from "@/app/format";
import { t } from "@/app/i18n";
import type { PhoneCall } from "@/phone/call";
import type { Caption, Captions } from "@/phone/captions";
import { Button, Card, cn } from "@/ui";

export function CaptionsPanel({ call, captions }: { call: PhoneCall; captions: Captions }) {
  const end = useRef<HTMLDivElement>(null);
  const { lines, partial } = captions;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is new is scrolled to
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [lines, partial]);
  return (
    <Card
      title={t("Live transcript")}
      actions={
        call.serverId !== "" && (
          <Button size="sm" variant="ghost" asChild>
            <Link href={`/calls/${call.serverId}`}>
              <ExternalLink aria-hidden />
              {t("The call's page")}
            </Link>
          </Button>
        )
      }
    >
      {lines.length === 0 && partial === "" ? (
        <p className="flex items-center gap-3 py-6 text-muted text-sm">
          <MessagesSquare className="size-5 shrink-0 text-faint" aria-hidden />
          {t(
            "What you and an agent say appears here word by word. Between two people nothing is transcribed.",
          )}
        </p>
      ) : (
        <div className="scroll-quiet max-h-96 space-y-3 overflow-y-auto pe-1" aria-live="polite">
          {lines.map((line) => (
            <Bubble key={line.id} line={line} />
          ))}
          {partial !== "" && (
            <p className="ms-auto w-fit max-w-[85%] break-words rounded-2xl rounded-ee-md border border-line border-dashed px-3.5 py-2 text-muted text-sm italic">
              {partial}
            </p>
          )}
          <div ref={end} />
        </div>
      )}
    </Card>
  );
}

function Bubble({ line }: { line: Caption }) {
  const mine = line.speaker === "caller";
  const cut = line.interrupted && line.heard !== null && line.heard !== line.text;
  const rest = cut && line.text.startsWith(line.heard ?? "") ? line.text.slice(line.heard?.length ?? 0) : "";
  return (
    <div className={cn("w-fit max-w-[85%]", mine && "ms-auto")}>
      <p
        className={cn(
          "break-words rounded-2xl px-3.5 py-2 text-fg text-sm leading-relaxed",
          mine ? "rounded-ee-md bg-primary-soft" : "rounded-es-md bg-hover",
        )}
      >
        {cut ? line.heard : line.text}
        {rest && <s className="text-faint">{rest}</s>}
      </p>
      {(line.voiceToVoice !== null || cut) && (
        <p className="figures mt-0.5 px-1 text-faint text-xs">
          {cut ? t("You cut in") : t("answered in {time}", { time: ms(line.voiceToVoice) })}
        </p>
      )}
    </div>
  );
}

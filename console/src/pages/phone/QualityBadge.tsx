import { SignalHigh, SignalLow, SignalMedium } from "lucide-react";
import { number } from "@/app/format";
import { t } from "@/app/i18n";
import { grade, type Quality } from "@/audio/quality";
import { Badge } from "@/ui";

/** How the line is, in a word and its score. */
export function QualityBadge({ quality }: { quality: Quality }) {
  const score = number(quality.mos, 1);
  switch (grade(quality.mos)) {
    case "good":
      return (
        <Badge tone="ok" icon={<SignalHigh />}>
          {t("Good line · MOS {score}", { score })}
        </Badge>
      );
    case "fair":
      return (
        <Badge tone="warn" icon={<SignalMedium />}>
          {t("Fair line · MOS {score}", { score })}
        </Badge>
      );
    case "bad":
      return (
        <Badge tone="bad" icon={<SignalLow />}>
          {t("Bad line · MOS {score}", { score })}
        </Badge>
      );
  }
}

import { CircleCheck, X } from "lucide-react";
import { useState } from "react";
import { t } from "@/app/i18n";
import { Button } from "@/ui";
import type { FlowDocument } from "../model/document";
import type { Comparison } from "../useComparison";
import { DifferenceList } from "./DifferenceList";
import { Generating } from "./Generating";

export interface ChangeInWordsProps {
  flow: string;
  comparison: Comparison;
  /** What is drawn: that is what a model changes. */
  document: FlowDocument;
  onSuggest: (document: FlowDocument) => void;
  onTake: (document: FlowDocument) => void;
  onShow: (node: string) => void;
}

/** A change asked for in words; then what it would change, to take or to leave. */
export function ChangeInWords({
  flow,
  comparison: { suggested, difference, stop },
  document,
  onSuggest,
  onTake,
  onShow,
}: ChangeInWordsProps) {
  const [words, setWords] = useState("");
  if (suggested === null || difference === null)
    return (
      <Generating
        words={words}
        onWords={setWords}
        label={t("What shall be otherwise?")}
        placeholder={t("After the day, ask for the number of people.")}
        action={t("Draw the change")}
        examples={[
          t("Ask for the name at the end."),
          t("Offer a person when the caller says operator."),
          t("Say everything in German."),
        ]}
        ask={() => ({ edit: flow, document, save: false })}
        onDrawn={(drawn) => onSuggest(drawn.document)}
      />
    );
  return (
    <div className="space-y-4">
      <p className="text-muted text-sm">{t("This is what would change. It is drawn on the canvas, too.")}</p>
      <DifferenceList difference={difference} onShow={onShow} />
      <div className="flex gap-2">
        <Button variant="gold" icon={<CircleCheck />} onClick={() => onTake(suggested)}>
          {t("Take it")}
        </Button>
        <Button icon={<X />} onClick={stop}>
          {t("Leave it")}
        </Button>
      </div>
    </div>
  );
}

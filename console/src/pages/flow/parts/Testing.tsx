import { Keyboard, Mic } from "lucide-react";
import { useState } from "react";
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import { Segmented } from "@/ui";
import { shown } from "../model/diff";
import type { FlowDocument } from "../model/document";
import type { Trail } from "../model/trail";
import type { Draft } from "../useDraft";
import { TryText } from "./TryText";
import { TryVoice } from "./TryVoice";

export interface TestingProps {
  flow: Schema["FlowShown"];
  document: FlowDocument;
  /** null: it may not be changed here. */
  draft: Draft | null;
  trail: Trail | null;
  onTrail: (trail: Trail | null) => void;
}

/** Talks to what is drawn right here, by typing or by voice. */
export function Testing({ flow, document, draft, trail, onTrail }: TestingProps) {
  const [by, setBy] = useState<"text" | "voice">("text");
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      <Segmented
        label={t("How you talk to it")}
        size="sm"
        value={by}
        onChange={setBy}
        choices={[
          { value: "text", label: t("By typing"), icon: <Keyboard /> },
          { value: "voice", label: t("By voice"), icon: <Mic /> },
        ]}
      />
      {by === "text" ? (
        <TryText name={flow.name} document={document} trail={trail} onTrail={onTrail} />
      ) : (
        <TryVoice flow={flow} document={document} draft={draft} trail={trail} onTrail={onTrail} />
      )}
      {trail !== null && trail.values.size > 0 && (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 rounded-xl border border-line bg-sunken px-3 py-2 text-xs">
          {[...trail.values].map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="font-mono text-muted">{name}</dt>
              <dd className={`truncate font-mono ${trail.fresh.has(name) ? "text-gold-text" : "text-fg"}`}>
                {shown(value)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

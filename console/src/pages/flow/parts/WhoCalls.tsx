import { FileJson, PencilLine } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import { t } from "@/app/i18n";
import { Button, Field, Segmented, TextArea, toast } from "@/ui";
import { type Callers, EXAMPLE } from "../model/personas";

interface WhoCallsProps {
  callers: Callers;
  onChange: (callers: Callers) => void;
  fault: string;
}

const LARGEST_FILE = 256 * 1024;

/** Those that come with the server, or some of one's own. */
export function WhoCalls({ callers, onChange, fault }: WhoCallsProps) {
  const file = useRef<HTMLInputElement>(null);
  async function chosen(event: ChangeEvent<HTMLInputElement>) {
    const found = event.target.files?.[0];
    event.target.value = "";
    if (found === undefined) return;
    if (found.size > LARGEST_FILE) toast.error(new Error(t("The file is too large: 256 kB at most.")));
    else onChange({ by: "own", text: await found.text() });
  }
  return (
    <div className="space-y-3">
      <Segmented
        label={t("Who calls")}
        size="sm"
        value={callers.by}
        onChange={(by) => onChange({ ...callers, by })}
        choices={[
          { value: "ready", label: t("Ready-made callers") },
          { value: "own", label: t("Your own") },
        ]}
      />
      {callers.by === "ready" ? (
        <p className="text-faint text-xs leading-relaxed">
          {t(
            "Those that come with the template; else some who fit any flow: silent, not understood, agreeing, refusing, asking for a person, hanging up.",
          )}
        </p>
      ) : (
        <>
          <Field
            label={t("Callers, as JSON")}
            hint={t("What they know, how they say it, and what must come of the call.")}
            error={callers.text === "" ? undefined : fault || undefined}
          >
            <TextArea
              rows={8}
              dir="ltr"
              spellCheck={false}
              className="font-mono text-xs"
              value={callers.text}
              onChange={(event) => onChange({ ...callers, text: event.target.value })}
            />
          </Field>
          <div className="flex flex-wrap gap-2">
            {callers.text.trim() === "" && (
              <Button size="sm" icon={<PencilLine />} onClick={() => onChange({ by: "own", text: EXAMPLE })}>
                {t("Begin with an example")}
              </Button>
            )}
            <Button size="sm" icon={<FileJson />} onClick={() => file.current?.click()}>
              {t("From a file")}
            </Button>
          </div>
          <input
            ref={file}
            type="file"
            accept="application/json,.json"
            hidden
            onChange={(event) => void chosen(event)}
          />
        </>
      )}
    </div>
  );
}

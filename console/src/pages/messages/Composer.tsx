import { SendHorizontal } from "lucide-react";
import type { Ref } from "react";
import { number } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Button, cn, Field, TextArea } from "@/ui";
import { MOST_TEXT, weigh } from "./segments";

/** What is written, with what it will be billed as. */
export function TextBox({
  value,
  onChange,
  rows,
  hideLabel,
  ref,
}: {
  value: string;
  onChange: (text: string) => void;
  rows: number;
  hideLabel?: boolean;
  ref?: Ref<HTMLTextAreaElement>;
}) {
  return (
    <Field label={t("Text")} hideLabel={hideLabel} hint={<Weight text={value} />}>
      <TextArea
        ref={ref}
        rows={rows}
        dir="auto"
        maxLength={MOST_TEXT}
        value={value}
        placeholder={t("Write a text…")}
        className={cn("max-h-[40dvh]", rows < 3 && "min-h-11")}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

function Weight({ text }: { text: string }) {
  const { segments, left, wide } = weigh(text);
  if (segments === 0) return t("160 characters are one message; 70 with signs beyond the GSM alphabet.");
  return (
    <span className={cn(segments > 3 && "text-warn")}>
      {tn("Billed as {count} message", "Billed as {count} messages", segments)}
      {" · "}
      {t("{left} characters left in it", { left: number(left) })}
      {wide && ` · ${t("a sign beyond the GSM alphabet makes messages shorter")}`}
    </span>
  );
}

/** At the foot of a conversation: what is written goes to whom it is with. */
export function Composer({
  value,
  onChange,
  onSend,
  sending,
  fault,
}: {
  value: string;
  onChange: (text: string) => void;
  onSend: () => void;
  sending: boolean;
  /** Why the last one was not sent. */
  fault: string;
}) {
  return (
    <form
      className="border-line border-t p-4"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      {fault && (
        <p role="alert" className="mb-3 break-words rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm">
          <bdi>{fault}</bdi>
        </p>
      )}
      <div className="flex flex-wrap items-start gap-3 sm:flex-nowrap">
        <div className="min-w-0 flex-1 basis-full sm:basis-auto">
          <TextBox value={value} onChange={onChange} rows={2} hideLabel />
        </div>
        <Button
          type="submit"
          variant="primary"
          icon={<SendHorizontal className="rtl:-scale-x-100" />}
          loading={sending}
          disabled={value.trim() === ""}
          className="ms-auto"
        >
          {t("Send")}
        </Button>
      </div>
    </form>
  );
}

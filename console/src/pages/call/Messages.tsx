import { Voicemail } from "lucide-react";
import type { Schema } from "@/api";
import { duration } from "@/app/format";
import { t } from "@/app/i18n";
import { Card } from "@/ui";

/** Messages that the caller left, to be listened to. */
export function Messages({ call }: { call: Schema["CallDetail"] }) {
  if (call.messages.length === 0) return null;
  return (
    <Card title={t("Messages")}>
      <ul className="space-y-3">
        {call.messages.map((message) => (
          <li key={message.index}>
            <p className="mb-1 flex items-center gap-2 text-muted text-sm">
              <Voicemail className="size-4" aria-hidden />
              {duration(message.seconds)}
            </p>
            {message.transcript && (
              <p dir="auto" className="mb-2 text-fg text-sm">
                {message.transcript}
              </p>
            )}
            {/* biome-ignore lint/a11y/useMediaCaption: its transcript stands above */}
            <audio
              controls
              preload="none"
              src={`/api/telephony/calls/${call.id}/messages/${message.index}`}
              className="w-full"
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { api, ok, type Schema } from "@/api";
import { t } from "@/app/i18n";
import { SwitchField, TextField, useForm, WordsField } from "@/forms";
import { FormSheet } from "@/parts/FormSheet";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Badge, toast } from "@/ui";

export type Webhook = Schema["WebhookShown"];

interface WebhookForm {
  url: string;
  topics: string[];
  description: string;
  active: boolean;
}

const OFTEN = ["*", "call.*", "call.ended", "turn", "agent.changed", "recording.*", "message.*"];

/** Where events are sent, and which. */
export function WebhookSheet({
  webhook,
  onClose,
  onSecret,
}: {
  webhook?: Webhook;
  onClose: () => void;
  onSecret: (secret: string, url: string) => void;
}) {
  const queries = useQueryClient();
  const fresh = webhook === undefined;
  const form = useForm<WebhookForm>({
    initial: webhook
      ? {
          url: webhook.url,
          topics: webhook.topics,
          description: webhook.description,
          active: webhook.active && webhook.disabled_at === null,
        }
      : { url: "", topics: ["*"], description: "", active: true },
    check: (values) => ({
      ...(values.url.trim() ? {} : { url: t("Give an https address of yours.") }),
      ...(values.topics.length > 0 ? {} : { topics: t("Name at least one topic; * is all.") }),
    }),
    save: async (values) => {
      if (fresh) {
        const made = await ok(api.POST("/api/webhooks", { body: values }));
        onClose();
        onSecret(made.secret, made.url);
      } else {
        await ok(api.PATCH("/api/webhooks/{id}", { params: { path: { id: webhook.id } }, body: values }));
        toast.ok(t("The endpoint is saved."));
        onClose();
      }
      await queries.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  return (
    <FormSheet
      form={form}
      fresh={fresh}
      onClose={onClose}
      title={fresh ? t("New endpoint") : t("Endpoint")}
      description={t("It is sent the events whose topics fit, signed, and again until it answers.")}
      removal={(dialog) =>
        webhook && (
          <RemoveDialog
            {...dialog}
            name={webhook.url}
            text={t("Its deliveries go with it; what waits is not sent.")}
            onConfirm={async () => {
              await ok(api.DELETE("/api/webhooks/{id}", { params: { path: { id: webhook.id } } }));
              await queries.invalidateQueries({ queryKey: ["webhooks"] });
              toast.ok(t("The endpoint is removed."));
              onClose();
            }}
          />
        )
      }
    >
      <div className="space-y-5">
        <TextField
          form={form}
          name="url"
          type="url"
          dir="ltr"
          required
          autoFocus={fresh}
          label={t("Address")}
          placeholder="https://crm.example/hooks"
          hint={t("https; redirects are not followed.")}
        />
        <WordsField
          form={form}
          name="topics"
          label={t("Topics")}
          placeholder="call.*"
          hint={t("Of events; * stands for anything.")}
        />
        <div className="-mt-3 flex flex-wrap gap-1.5">
          {OFTEN.filter((topic) => !form.values.topics.includes(topic)).map((topic) => (
            <button
              key={topic}
              type="button"
              aria-label={t("Add {what}", { what: topic })}
              onClick={() =>
                form.set(
                  "topics",
                  topic === "*" ? ["*"] : [...form.values.topics.filter((each) => each !== "*"), topic],
                )
              }
              className="rounded-full"
            >
              <Badge className="hover:bg-selected">+ {topic}</Badge>
            </button>
          ))}
        </div>
        <TextField form={form} name="description" label={t("Description")} hint={t("For people.")} />
        <SwitchField
          form={form}
          name="active"
          label={t("Active")}
          hint={t("Switched off, nothing is sent, and nothing kept to be sent.")}
        />
      </div>
    </FormSheet>
  );
}

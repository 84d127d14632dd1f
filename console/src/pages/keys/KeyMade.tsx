import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import { Button, CodeLine, Dialog, Words } from "@/ui";

/** A new key's text: shown now, and never again. */
export function KeyMade({ made, onClose }: { made: Schema["KeyMade"]; onClose: () => void }) {
  return (
    <Dialog
      open
      sticky
      onOpenChange={onClose}
      title={t("Copy the key {name} now", { name: made.name })}
      description={t("This is the only time that it is shown: the server keeps no copy that could be read.")}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("I have copied it")}
        </Button>
      }
    >
      <div className="space-y-4">
        <CodeLine text={made.key} label={t("Copy the key")} />
        <div>
          <p className="mb-1.5 text-muted text-sm">{t("Try it:")}</p>
          <CodeLine text={`curl -H "Authorization: Bearer ${made.key}" ${location.origin}/api/agents`} />
        </div>
        {made.warning && (
          <p className="rounded-xl bg-warn-soft px-4 py-3 text-fg text-sm leading-relaxed">
            <Words text={made.warning} />
          </p>
        )}
      </div>
    </Dialog>
  );
}

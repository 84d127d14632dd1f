import { t } from "@/app/i18n";
import { Notice } from "@/parts/Notice";
import { Button, CodeLine, Dialog } from "@/ui";

/** A secret that is told this once. */
export function SecretDialog({ secret, url, onClose }: { secret: string; url: string; onClose: () => void }) {
  return (
    <Dialog
      open
      sticky
      onOpenChange={(open) => !open && onClose()}
      title={t("The secret of this endpoint")}
      description={t(
        "Check with it that a delivery comes from this server; any library of Standard Webhooks can.",
      )}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("I have kept it")}
        </Button>
      }
    >
      <div className="space-y-4">
        <CodeLine text={secret} label={t("Copy the secret")} />
        <Notice title={t("It is shown this once")}>
          {t("Put it where {url} reads its secrets. When it is lost, rotate it: for a while both count.", {
            url,
          })}
        </Notice>
      </div>
    </Dialog>
  );
}

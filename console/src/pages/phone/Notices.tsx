import { BellRing } from "lucide-react";
import { useState } from "react";
import { t } from "@/app/i18n";
import { noticeState, permitNotices } from "@/phone/bell";
import { Button } from "@/ui";

/** Whether the browser may say that somebody calls while another page or program is in front. It asks by a click alone. */
export function Notices() {
  const [state, setState] = useState(noticeState);
  if (state === "none") return null;
  return (
    <div className="flex items-center justify-between gap-4 border-line border-t pt-4">
      <div className="min-w-0">
        <p className="font-medium text-fg text-sm">{t("Notifications")}</p>
        <p className="mt-0.5 text-muted text-xs leading-relaxed">
          {state === "granted"
            ? t("Incoming calls are shown while you do something else.")
            : state === "denied"
              ? t("Your browser withholds them: permit them for this page in its address bar.")
              : t("Let the browser tell you of a call while you do something else.")}
        </p>
      </div>
      {state === "default" && (
        <Button size="sm" icon={<BellRing />} onClick={() => void permitNotices().then(setState)}>
          {t("Permit")}
        </Button>
      )}
    </div>
  );
}

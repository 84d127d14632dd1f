import { type ReactNode, useEffect, useState } from "react";
import { Router } from "wouter";
import { ConfirmDialog } from "@/ui";
import { t } from "./i18n";
import { askBy, leaving } from "./leaving";

/** Around all pages: asks before one is left with something that is not saved. */
export function LeavingGuard({ children }: { children: ReactNode }) {
  const [leave, setLeave] = useState<(() => void) | null>(null);
  useEffect(() => askBy((go) => setLeave(() => go)), []);
  return (
    <Router aroundNav={(navigate, to, options) => leaving(() => navigate(to, options), to)}>
      {children}
      <ConfirmDialog
        open={leave !== null}
        onOpenChange={(open) => !open && setLeave(null)}
        title={t("Leave without saving?")}
        text={t("What you changed on this page is not saved, and would be lost.")}
        action={t("Leave")}
        danger
        cancel={t("Stay")}
        onConfirm={() => {
          leave?.();
          return undefined;
        }}
      />
    </Router>
  );
}

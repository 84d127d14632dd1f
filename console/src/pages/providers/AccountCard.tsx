import { PencilLine } from "lucide-react";
import type { Schema } from "@/api";
import { t, tn } from "@/app/i18n";
import { Avatar } from "@/parts/Avatar";
import { Lacks } from "@/parts/Lacks";
import { Badge, Button, StatusDot } from "@/ui";
import { abilitiesOf, dotOf } from "./model";

/** An account at a provider: how it stands, what it lacks and what it can. */
export function AccountCard({ account, onOpen }: { account: Schema["ProviderShown"]; onOpen: () => void }) {
  const { standing = "", calls = 0, capabilities = [] } = account;
  const { status, label } = dotOf({ standing, calls, lacks: account.lacks });
  return (
    <li className="glass flex min-w-0 flex-col rounded-2xl p-5">
      <div className="flex items-start gap-3">
        <Avatar name={account.title} className="size-11 rounded-2xl text-sm" />
        <div className="min-w-0 flex-1">
          <h3 dir="auto" className="truncate font-display font-semibold">
            {account.title}
          </h3>
          <p className="truncate text-muted text-sm">
            {calls > 0 ? tn("{count} call now", "{count} calls now", calls) : t("No call at the moment")}
          </p>
        </div>
        <StatusDot status={status} label={label} />
      </div>
      {account.lacks && (
        <div className="mt-3">
          <Lacks text={account.lacks} />
        </div>
      )}
      <div className="mt-4 flex flex-wrap gap-1.5">
        {abilitiesOf(capabilities).map((word) => (
          <Badge key={word}>{word}</Badge>
        ))}
        {account.read_only && <Badge tone="primary">{t("from the environment")}</Badge>}
      </div>
      <div className="mt-auto pt-4">
        <Button size="sm" variant="ghost" icon={<PencilLine />} onClick={onOpen}>
          {account.read_only ? t("Look at it") : t("Settings and numbers")}
        </Button>
      </div>
    </li>
  );
}

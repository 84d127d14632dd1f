import { ArrowRight, Network, Phone, PlugZap, Server } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import { Avatar } from "@/parts/Avatar";
import { Lacks } from "@/parts/Lacks";
import { Badge, Button, StatusDot } from "@/ui";

type Provider = Schema["ProviderShown"];

const ICONS: Record<string, ReactNode> = { trunks: <Network />, phones: <Phone />, pjsua2: <Server /> };

/** A way in and out that is no account: trunks, registered phones, another SIP stack. */
export function WayCard({ provider }: { provider: Provider }) {
  const icon = ICONS[provider.name];
  const way = wayTo(provider);
  return (
    <li className="glass flex min-w-0 flex-col rounded-2xl p-5">
      <div className="flex items-start gap-3">
        {icon ? (
          <span
            className="grid size-11 shrink-0 place-items-center rounded-2xl border border-line bg-primary-soft text-gold-text [&_svg]:size-5"
            aria-hidden
          >
            {icon}
          </span>
        ) : (
          <Avatar name={provider.title} className="size-11 rounded-2xl text-sm" />
        )}
        <div className="min-w-0 flex-1">
          <h3 dir="auto" className="truncate font-display font-semibold">
            {provider.title}
          </h3>
          <p className="text-muted text-sm first-letter:uppercase">
            <bdi>{provider.detail}</bdi>
          </p>
        </div>
        <Badge tone="primary" icon={<PlugZap />}>
          SIP
        </Badge>
      </div>
      <div className="mt-4">
        <StatusDot
          status={provider.ready ? "ok" : "idle"}
          label={provider.ready ? t("Calls can go by it") : t("Not in use")}
        />
      </div>
      {provider.lacks && (
        <div className="mt-2">
          <Lacks text={provider.lacks} />
        </div>
      )}
      <div className="mt-auto pt-4">
        {way && (
          <Button asChild size="sm" variant={provider.ready ? "ghost" : "secondary"}>
            <Link href={way.href}>
              {way.label}
              <ArrowRight className="rtl:rotate-180" aria-hidden />
            </Link>
          </Button>
        )}
      </div>
    </li>
  );
}

/** Where it is set up. */
function wayTo(provider: Provider): { href: string; label: string } | null {
  if (provider.name === "trunks")
    return { href: "/trunks", label: provider.ready ? t("All trunks") : t("Set up a trunk") };
  if (provider.name === "phones") return { href: "/settings", label: t("Settings") };
  return null;
}

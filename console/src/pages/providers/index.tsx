import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Network, Phone, PlugZap, Server } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { api, ok, type Schema } from "@/api";
import { t } from "@/app/i18n";
import { Avatar } from "@/parts/Avatar";
import { Lacks } from "@/parts/Lacks";
import { Notice } from "@/parts/Notice";
import { Badge, Button, Card, ErrorState, Page, SkeletonList, StatusDot } from "@/ui";

type Provider = Schema["ProviderShown"];

export default function ProvidersPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ["providers"],
    queryFn: ({ signal }) => ok(api.GET("/api/telephony/providers", { signal })),
    refetchInterval: 15_000,
  });
  const all = data?.providers ?? [];
  const none = data !== undefined && !all.some((one) => one.ready);
  return (
    <Page
      title={t("Providers")}
      description={t("By which ways calls come in and go out here, and what the others lack.")}
    >
      {data === undefined ? (
        <Card>
          {error ? (
            <ErrorState
              title={t("The providers could not be loaded")}
              error={error}
              onRetry={() => void refetch()}
            />
          ) : (
            <SkeletonList />
          )}
        </Card>
      ) : (
        <>
          {none && (
            <Notice
              className="mb-4"
              title={t("No way out to the telephone network yet")}
              action={
                <Button asChild size="sm" variant="primary">
                  <Link href="/trunks?new">{t("Add a trunk")}</Link>
                </Button>
              }
            >
              {t(
                "Browsers and softphones on this machine can call already. A trunk of your carrier joins everybody else.",
              )}
            </Notice>
          )}
          <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
            {all.map((one) => (
              <ProviderCard key={one.name} provider={one} />
            ))}
          </ul>
        </>
      )}
    </Page>
  );
}

const ICONS: Record<string, ReactNode> = { trunks: <Network />, phones: <Phone />, pjsua2: <Server /> };

function ProviderCard({ provider }: { provider: Provider }) {
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
          <h2 dir="auto" className="truncate font-display font-semibold">
            {provider.title}
          </h2>
          <p className="text-muted text-sm first-letter:uppercase">
            <bdi>{provider.detail}</bdi>
          </p>
        </div>
        <Badge tone={provider.kind === "sip" ? "primary" : "neutral"} icon={<PlugZap />}>
          {provider.kind === "sip" ? "SIP" : "API"}
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
  if (provider.kind === "api") return { href: "/trunks?new", label: t("Add it as a SIP trunk") };
  return null;
}

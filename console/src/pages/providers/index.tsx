import { useQuery } from "@tanstack/react-query";
import { Network, PlugZap, Plus } from "lucide-react";
import { useLocation, useSearch } from "wouter";
import { api, ok } from "@/api";
import { useActions } from "@/app/actions";
import { t } from "@/app/i18n";
import { numbersQuery } from "@/parts/data";
import { Loaded } from "@/parts/Loaded";
import { Notice } from "@/parts/Notice";
import { Button, Card, EmptyState, ErrorState, Page, Sheet, SkeletonList } from "@/ui";
import { AccountCard } from "./AccountCard";
import { AccountSheet } from "./AccountSheet";
import { KindChoice } from "./KindChoice";
import type { Account, Kind } from "./model";
import { WayCard } from "./WayCard";

const ASKED_MS = 15_000;
const STARTING_MS = 1500;

export default function ProvidersPage() {
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const list = useQuery({
    queryKey: ["providers"],
    queryFn: async ({ signal }) => (await ok(api.GET("/api/telephony/providers", { signal }))).providers,
    refetchInterval: ASKED_MS,
  });
  useActions([
    {
      id: "providers.new",
      label: t("Connect a provider"),
      keys: "n",
      icon: <Plus />,
      run: () => go("/providers?new"),
    },
  ]);
  const accounts = (list.data ?? []).filter((one) => one.kind === "api");
  const open = asked.get("account");
  return (
    <Page
      title={t("Providers")}
      description={t("By which ways calls come in and go out here, and what the others lack.")}
      actions={
        <Button variant="primary" icon={<Plus />} onClick={() => go("/providers?new")}>
          {t("Connect a provider")}
        </Button>
      }
    >
      <Loaded query={list} title={t("The providers could not be loaded")} carded>
        {(all) => (
          <>
            {!all.some((one) => one.ready) && <NoWayOut />}
            <h2 className="mb-3 font-display font-semibold text-lg">{t("Accounts at providers")}</h2>
            {accounts.length === 0 ? (
              <Card className="mb-8">
                <EmptyState
                  icon={<PlugZap />}
                  title={t("No account yet")}
                  text={t(
                    "With the credentials of Twilio, Telnyx or another provider its numbers ring here, and agents call out by it.",
                  )}
                  action={
                    <Button variant="primary" onClick={() => go("/providers?new")}>
                      {t("Connect a provider")}
                    </Button>
                  }
                />
              </Card>
            ) : (
              <ul className="mb-8 grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
                {accounts.map((one) => (
                  <AccountCard
                    key={one.name}
                    account={one}
                    onOpen={() => go(`/providers?account=${encodeURIComponent(one.name)}`)}
                  />
                ))}
              </ul>
            )}
            <h2 className="mb-3 font-display font-semibold text-lg">{t("Other ways")}</h2>
            <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
              {all
                .filter((one) => one.kind === "sip")
                .map((one) => (
                  <WayCard key={one.name} provider={one} />
                ))}
            </ul>
          </>
        )}
      </Loaded>
      {(open !== null || asked.has("new")) && (
        <Opened
          key={open ?? `new ${asked.get("kind") ?? ""}`}
          name={open}
          kind={asked.get("kind")}
          taken={accounts.map((one) => one.name)}
          onKind={(kind) => go(`/providers?new&kind=${encodeURIComponent(kind)}`, { replace: true })}
          onClose={(made) =>
            go(made ? `/providers?account=${encodeURIComponent(made)}` : "/providers", { replace: true })
          }
        />
      )}
    </Page>
  );
}

function NoWayOut() {
  const [, go] = useLocation();
  return (
    <Notice
      className="mb-4"
      title={t("No way out to the telephone network yet")}
      action={
        <Button size="sm" variant="primary" icon={<Network />} onClick={() => go("/trunks?new")}>
          {t("Add a trunk")}
        </Button>
      }
    >
      {t(
        "Browsers and softphones on this machine can call already. An account at a provider, or a trunk of your carrier, joins everybody else.",
      )}
    </Notice>
  );
}

/** The sheet of one account, or of a new one, once what it shows is there. */
function Opened({
  name,
  kind,
  taken,
  onKind,
  onClose,
}: {
  name: string | null;
  kind: string | null;
  taken: readonly string[];
  onKind: (kind: string) => void;
  onClose: (made?: string) => void;
}) {
  const kinds = useQuery({
    queryKey: ["providers", "kinds"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => (await ok(api.GET("/api/telephony/providers/kinds", { signal }))).kinds,
  });
  const account = useQuery<Account>({
    queryKey: ["providers", "one", name],
    enabled: name !== null,
    gcTime: 0,
    // What was just saved is started behind the answer.
    refetchInterval: ({ state }) => (state.data?.standing === "starting" ? STARTING_MS : ASKED_MS),
    queryFn: ({ signal }) =>
      ok(api.GET("/api/telephony/providers/{name}", { params: { path: { name: name ?? "" } }, signal })),
  });
  const { data: numbers = [] } = useQuery(numbersQuery);
  const known = kindOf(kinds.data, account.data, kind);
  if (known && (name === null || account.data))
    return (
      <AccountSheet
        kind={known}
        account={account.data}
        taken={taken}
        numbers={numbers.filter((one) => name !== null && one.provider === name)}
        onClose={onClose}
      />
    );
  const fault = kinds.error ?? account.error;
  return (
    <Sheet open onOpenChange={(now) => !now && onClose()} title={name ?? t("Connect a provider")} size="lg">
      {fault ? (
        <ErrorState
          inline
          error={fault}
          onRetry={() => void Promise.all([kinds.refetch(), name !== null && account.refetch()])}
        />
      ) : kinds.data && name === null ? (
        <KindChoice kinds={kinds.data} onChoose={(one) => onKind(one.name)} />
      ) : (
        <SkeletonList />
      )}
    </Sheet>
  );
}

function kindOf(
  kinds: readonly Kind[] | undefined,
  account: Account | undefined,
  wanted: string | null,
): Kind | undefined {
  const name = account?.kind ?? wanted;
  return kinds?.find((one) => one.name === name);
}

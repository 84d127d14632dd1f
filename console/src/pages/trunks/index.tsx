import { useQuery } from "@tanstack/react-query";
import { Network, Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { useActions } from "@/app/actions";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { numbersQuery, type Trunk, trunksQuery } from "@/parts/data";
import { Notice } from "@/parts/Notice";
import { Button, Card, EmptyState, ErrorState, Page, SkeletonList, Words } from "@/ui";
import { dotOf, inOrder, standingOf } from "./model";
import { Outbound } from "./Outbound";
import { Signalling } from "./Signalling";
import { TrunkCard } from "./TrunkCard";
import { TrunkSheet } from "./TrunkSheet";

const ASKED_MS = 5000;

export default function TrunksPage() {
  const [, go] = useLocation();
  const { may } = useSession();
  const [listening, setListening] = useState(false);
  const asked = new URLSearchParams(useSearch());
  const { data, error, refetch, dataUpdatedAt } = useQuery({ ...trunksQuery, refetchInterval: ASKED_MS });
  const { data: numbers = [] } = useQuery(numbersQuery);
  const history = useHistory(data, dataUpdatedAt);
  const trunks = inOrder(data ?? []);
  const open = trunks.find((one) => one.name === asked.get("trunk"));
  const close = () => go("/trunks", { replace: true });
  const ill = trunks.filter((one) => one.enabled !== false && dotOf(one).status === "bad");
  useActions([
    { id: "trunks.new", label: t("New trunk"), keys: "n", icon: <Plus />, run: () => go("/trunks?new") },
  ]);
  return (
    <Page
      title={t("Trunks")}
      description={t(
        "Carriers and exchanges that calls come in and go out by: how each stands, what it carries and how well.",
      )}
      actions={
        <>
          {may("admin") && (
            <Button variant="ghost" icon={<Network />} onClick={() => setListening(true)}>
              {t("SIP messages")}
            </Button>
          )}
          <Button variant="primary" icon={<Plus />} onClick={() => go("/trunks?new")}>
            {t("New trunk")}
          </Button>
        </>
      }
    >
      {data === undefined ? (
        <Card>
          {error ? (
            <ErrorState
              title={t("The trunks could not be loaded")}
              error={error}
              onRetry={() => void refetch()}
            />
          ) : (
            <SkeletonList />
          )}
        </Card>
      ) : trunks.length === 0 ? (
        <Card>
          <EmptyState
            icon={<Network />}
            title={t("No trunk yet")}
            text={t(
              "A trunk joins this server to the telephone network: your carrier's SIP server, with the user name and password that it gave you.",
            )}
            action={
              <Button variant="primary" onClick={() => go("/trunks?new")}>
                {t("Add a trunk")}
              </Button>
            }
          />
        </Card>
      ) : (
        <>
          <div className="mb-4 space-y-3 empty:hidden">
            {ill.map((one) => (
              <Notice
                key={one.name}
                tone="bad"
                title={`${one.name}: ${dotOf(one).label}`}
                action={
                  <Button size="sm" onClick={() => go(`/trunks?trunk=${encodeURIComponent(one.name)}`)}>
                    {t("Look at its settings")}
                  </Button>
                }
              >
                {mend(one)}
              </Notice>
            ))}
          </div>
          <ul className="grid gap-4 lg:grid-cols-2">
            {trunks.map((one, index) => (
              <TrunkCard
                key={one.name}
                trunk={one}
                place={index + 1}
                numbers={numbers.filter((each) => each.trunk === one.name).length}
                history={history.get(one.name) ?? []}
                onOpen={() => go(`/trunks?trunk=${encodeURIComponent(one.name)}`)}
              />
            ))}
          </ul>
          <Outbound />
        </>
      )}
      {(open || asked.has("new")) && (
        <TrunkSheet
          key={open?.name ?? "new"}
          trunk={open}
          numbers={numbers.filter((each) => open && each.trunk === open.name).map((each) => each.number)}
          onClose={close}
        />
      )}
      {listening && <Signalling onClose={() => setListening(false)} />}
    </Page>
  );
}

/** What is wrong, and where it is mended. */
function mend(trunk: Trunk) {
  if (trunk.fault) return <Words text={trunk.fault} />;
  const now = standingOf(trunk);
  return (
    <>
      {now?.why && <Words text={`${now.why}.`} />}{" "}
      {now?.registered === false
        ? t("Look at the user name, the password and the realm.")
        : t("Look at its host and transport, and whether a firewall lets us through.")}
    </>
  );
}

/** Calls of each trunk at the last times it was asked. */
function useHistory(
  trunks: readonly Trunk[] | undefined,
  at: number,
): ReadonlyMap<string, readonly number[]> {
  const seen = useRef(new Map<string, number[]>());
  const [shown, setShown] = useState<ReadonlyMap<string, readonly number[]>>(new Map());
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer counts once, also one like the last
  useEffect(() => {
    for (const one of trunks ?? []) {
      const line = seen.current.get(one.name) ?? [];
      seen.current.set(one.name, [...line, standingOf(one)?.calls ?? 0].slice(-60));
    }
    setShown(new Map(seen.current));
  }, [at]);
  return shown;
}

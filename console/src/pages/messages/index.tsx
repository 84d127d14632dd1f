import { useQuery } from "@tanstack/react-query";
import { Ban, MessageSquarePlus, MessagesSquare, PlugZap, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { api, ok, useKeyset } from "@/api";
import { useActions } from "@/app/actions";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Button, Card, cn, EmptyState, ErrorState, Page, SearchInput, SkeletonList } from "@/ui";
import { Conversations } from "./Conversations";
import { betweenOf, pathOf, same } from "./model";
import { OptOuts } from "./OptOuts";
import { ASKED_MS, Thread } from "./Thread";
import { WriteSheet } from "./WriteSheet";

const AT_ONCE = 50;
const LATE_MS = 250;

export default function MessagesPage() {
  const [, go] = useLocation();
  const search = useSearch();
  const asked = new URLSearchParams(search);
  const chosen = betweenOf(search);
  const { may } = useSession();
  const [typed, setTyped] = useState("");
  const number = useSettled(typed);
  const list = useKeyset(
    ["messages", "conversations", number],
    (cursor, signal) =>
      ok(
        api.GET("/api/telephony/messages/conversations", {
          params: { query: { number, limit: AT_ONCE, cursor } },
          signal,
        }),
      ),
    { refetchInterval: ASKED_MS },
  );
  const senders = useQuery({
    queryKey: ["messages", "senders"],
    enabled: may("calls:write"),
    queryFn: async ({ signal }) => (await ok(api.GET("/api/telephony/messages/senders", { signal }))).items,
  });
  const writes = may("calls:write") && (senders.data ?? []).length > 0;
  const write = () => go("/messages?new");
  useActions(
    writes
      ? [{ id: "messages.new", label: t("New message"), keys: "n", icon: <MessageSquarePlus />, run: write }]
      : [],
  );
  const none = list.rows.length === 0;
  const known = list.rows.find((one) => same(one, chosen));
  return (
    <Page
      title={t("Messages")}
      description={t(
        "Texts (SMS) that people and your agents write each other, by your accounts at providers.",
      )}
      width="full"
      actions={
        <>
          {may("admin") && (
            <Button variant="ghost" icon={<Ban />} onClick={() => go("/messages?none")}>
              {t("Who wants no texts")}
            </Button>
          )}
          {writes && (
            <Button variant="primary" icon={<MessageSquarePlus />} onClick={write}>
              {t("New message")}
            </Button>
          )}
        </>
      }
    >
      {none && number === "" && !chosen ? (
        <Card>
          {list.isPending || senders.isLoading ? (
            <SkeletonList rows={6} />
          ) : list.isError ? (
            <ErrorState
              error={list.error}
              title={t("The messages could not be loaded")}
              onRetry={() => void list.refetch()}
            />
          ) : (
            <Nothing able={(senders.data ?? []).length > 0} onWrite={writes ? write : null} />
          )}
        </Card>
      ) : (
        <div className="grid gap-4 lg:h-[calc(100dvh-13.5rem)] lg:min-h-96 lg:grid-cols-[minmax(18rem,24rem)_minmax(0,1fr)]">
          <div
            className={cn(
              "glass min-h-0 flex-col overflow-hidden rounded-2xl lg:flex",
              chosen ? "hidden" : "flex",
            )}
          >
            <div className="border-line border-b p-3">
              <SearchInput
                label={t("Find a number")}
                value={typed}
                onChange={setTyped}
                className="max-w-none"
              />
            </div>
            <div className="scroll-quiet min-h-0 flex-1 overflow-y-auto">
              {list.isPending ? (
                <SkeletonList rows={6} />
              ) : list.isError && none ? (
                <ErrorState error={list.error} onRetry={() => void list.refetch()} />
              ) : none ? (
                <EmptyState
                  icon={<Search />}
                  title={t("No conversation fits")}
                  text={t("Try fewer digits.")}
                  className="py-10"
                />
              ) : (
                <Conversations
                  rows={list.rows}
                  chosen={chosen}
                  more={list.hasNextPage ? list.more : null}
                  loadingMore={list.isFetchingNextPage}
                />
              )}
            </div>
          </div>
          <div
            className={cn(
              "glass min-h-0 overflow-hidden rounded-2xl max-lg:h-[calc(100dvh-12rem)] lg:block",
              !chosen && "hidden",
            )}
          >
            {chosen ? (
              <Thread key={pathOf(chosen)} between={chosen} known={known} />
            ) : (
              <EmptyState
                icon={<MessagesSquare />}
                title={t("Choose a conversation")}
                text={t("What was written stands here, with what became of each message.")}
                className="h-full justify-center"
              />
            )}
          </div>
        </div>
      )}
      {asked.has("new") && senders.data && senders.data.length > 0 && (
        <WriteSheet
          senders={senders.data}
          onClose={(sent) => go(sent ? pathOf(sent) : "/messages", { replace: true })}
        />
      )}
      {asked.has("none") && <OptOuts onClose={() => go("/messages", { replace: true })} />}
    </Page>
  );
}

/** How one gets there. */
function Nothing({ able, onWrite }: { able: boolean; onWrite: (() => void) | null }) {
  return (
    <EmptyState
      icon={<MessagesSquare />}
      title={t("No messages yet")}
      text={
        able
          ? t(
              "Point a number that takes texts here (Providers, the account, Numbers), and write to it from your own telephone: the agent of that number answers.",
            )
          : t(
              "Connect an account at a provider that sends texts (Twilio, SignalWire, Telnyx or Zadarma), then point one of its numbers here: its agent answers who writes to it.",
            )
      }
      action={
        <>
          <Button variant={able ? "secondary" : "primary"} asChild>
            <Link href={able ? "/providers" : "/providers?new"}>
              <PlugZap aria-hidden />
              {able ? t("To the providers") : t("Connect a provider")}
            </Link>
          </Button>
          {onWrite && (
            <Button variant="primary" icon={<MessageSquarePlus />} onClick={onWrite}>
              {t("New message")}
            </Button>
          )}
        </>
      }
    />
  );
}

/** What is typed, once nobody types any more. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), LATE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

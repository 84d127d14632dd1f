import { ArrowLeft, Bot, Headset } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { api, ok, useKeyset } from "@/api";
import { date, phoneNumber, time } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Notice } from "@/parts/Notice";
import { Badge, Button, cn, ErrorState, SkeletonList } from "@/ui";
import { Composer } from "./Composer";
import { type Between, byDay, type Conversation, stateOf, type Text } from "./model";
import { useSending } from "./sending";

const AT_ONCE = 100;
/** Nobody tells the page of texts: it asks. */
export const ASKED_MS = 5000;

/** What was written with somebody, and what is written next. */
export function Thread({ between, known }: { between: Between; known: Conversation | undefined }) {
  const { account, number, ours } = between;
  const { may } = useSession();
  const list = useKeyset(
    ["messages", "one", account, number, ours],
    (cursor, signal) =>
      ok(
        api.GET("/api/telephony/messages", {
          params: { query: { account, number, ours, limit: AT_ONCE, cursor } },
          signal,
        }),
      ),
    { refetchInterval: ASKED_MS },
  );
  return (
    <section aria-label={t("Messages with {number}", { number })} className="flex h-full min-h-0 flex-col">
      <header className="border-line border-b px-5 py-4">
        <Link
          href="/messages"
          className="mb-2 inline-flex items-center gap-1.5 text-muted text-sm hover:text-link lg:hidden"
        >
          <ArrowLeft className="size-4 rtl:-scale-x-100" aria-hidden />
          {t("All conversations")}
        </Link>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <h2 className="figures font-display font-semibold text-lg">{phoneNumber(number)}</h2>
          {known?.opted_out && <Badge tone="warn">{t("wants no texts")}</Badge>}
          <span className="flex-1" />
          {known?.agent && may("agents:read") && (
            <Button size="sm" variant="ghost" asChild>
              <Link href={`/agents?agent=${encodeURIComponent(known.agent)}`}>
                <Bot aria-hidden />
                {known.agent}
              </Link>
            </Button>
          )}
          {known?.call && (
            <Button size="sm" variant="ghost" asChild>
              <Link href={`/calls/${known.call}`}>
                <Headset aria-hidden />
                {t("The conversation as a call")}
              </Link>
            </Button>
          )}
        </div>
        <p className="mt-0.5 text-muted text-sm">
          {ours
            ? t("With {number}, by the account {account}", { number: phoneNumber(ours), account })
            : t("By the account {account}", { account })}
        </p>
      </header>
      {list.isPending ? (
        <SkeletonList rows={5} className="flex-1" />
      ) : list.isError && list.rows.length === 0 ? (
        <ErrorState
          error={list.error}
          title={t("The messages could not be loaded")}
          onRetry={() => void list.refetch()}
          className="flex-1"
        />
      ) : (
        <Texts
          texts={list.rows}
          older={list.hasNextPage ? list.more : null}
          loadingOlder={list.isFetchingNextPage}
        />
      )}
      {known?.opted_out ? (
        <Notice className="m-4" title={t("Whoever has this number wants no texts of this account")}>
          {t("They wrote STOP. Only they can take it back, by writing START.")}
        </Notice>
      ) : (
        may("calls:write") && <Answering between={between} />
      )}
    </section>
  );
}

function Texts({
  texts,
  older,
  loadingOlder,
}: {
  texts: readonly Text[];
  older: (() => void) | null;
  loadingOlder: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  const newest = texts[0]?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest is scrolled to when there is a newer one
  useLayoutEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [newest]);
  return (
    <div
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
      tabIndex={0}
      role="log"
      aria-label={t("What was written")}
      className="scroll-quiet min-h-40 flex-1 overflow-y-auto px-5 py-4"
    >
      {older && (
        <div className="mb-4 text-center">
          <Button size="sm" variant="ghost" loading={loadingOlder} onClick={older}>
            {t("Older messages")}
          </Button>
        </div>
      )}
      {byDay(texts).map((day) => (
        <section key={day.day} aria-label={date(new Date(day.day))}>
          <h3 className="my-3 text-center font-medium text-faint text-xs">{date(new Date(day.day))}</h3>
          <ul className="space-y-3">
            {day.texts.map((one) => (
              <Bubble key={one.id} one={one} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Bubble({ one }: { one: Text }) {
  const out = one.direction === "out";
  const { text, tone } = stateOf(one.state);
  const tint = tone === "bad" ? "text-bad" : tone === "warn" ? "text-warn" : "text-muted";
  return (
    <li className={cn("w-fit max-w-[85%] sm:max-w-[75%]", out && "ms-auto")}>
      <p
        dir="auto"
        className={cn(
          "whitespace-pre-wrap break-words rounded-2xl px-3.5 py-2 text-fg text-sm leading-relaxed",
          out ? "rounded-ee-md bg-primary-soft" : "rounded-es-md bg-hover",
          tone === "bad" && "border border-bad/40",
        )}
      >
        {one.text}
      </p>
      <p
        className={cn(
          "mt-1 flex flex-wrap items-center gap-x-2 px-1 text-faint text-xs",
          out && "justify-end",
        )}
      >
        <span className="sr-only">{out ? t("Went out") : t("Came in")}</span>
        <span className="figures">{time(one.at)}</span>
        <span className={cn(tone === "bad" ? "text-bad" : tone === "warn" ? "text-warn" : "text-faint")}>
          {text}
        </span>
        {out && one.segments > 1 && (
          <span>{tn("billed as {count} message", "billed as {count} messages", one.segments)}</span>
        )}
        {one.agent && <bdi>{one.agent}</bdi>}
        {one.call && (
          <Link href={`/calls/${one.call}`} className="text-link hover:underline">
            {t("its call")}
          </Link>
        )}
      </p>
      {one.detail && (
        <p className={cn("mt-0.5 break-words px-1 text-xs", tint, out && "text-end")}>
          <bdi>{one.detail}</bdi>
        </p>
      )}
    </li>
  );
}

/** Writing on in a conversation: by the same account, from the same number. */
function Answering({ between }: { between: Between }) {
  const [words, setWords] = useState("");
  const send = useSending(() => setWords(""));
  return (
    <Composer
      value={words}
      onChange={setWords}
      sending={send.isPending}
      fault={send.error?.message ?? ""}
      onSend={() =>
        send.mutate({
          to: between.number,
          text: words,
          account: between.account,
          sender: between.ours,
          agent: "",
        })
      }
    />
  );
}

import { Bot, LogIn, Phone, ShieldCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { useActions } from "@/app/actions";
import { t } from "@/app/i18n";
import { type SignedIn, useSession } from "@/app/session";
import { useLevel } from "@/phone/moving";
import { Button, cn, EmptyState, Segmented, Skeleton } from "@/ui";
import { Bars } from "./Bars";
import { CallCard } from "./CallCard";
import { NextSteps } from "./NextSteps";
import { Ready } from "./Ready";
import { Suggestions } from "./Suggestions";
import { type StartCall, useCall } from "./useCall";

export default function StartPage() {
  const { session } = useSession();
  const call = useCall();
  const [chosen, setChosen] = useState("");
  useEffect(() => {
    document.title = `${t("Start")} · VoiceForge`;
  }, []);
  if (session === undefined) return <Skeleton className="mx-auto h-80 max-w-6xl rounded-3xl" />;
  const to = session.offered.find((one) => one.name === chosen)?.name ?? session.offered[0]?.name ?? "";
  return (
    <div className="mx-auto w-full max-w-6xl space-y-8">
      <div className="glass grid items-center gap-8 overflow-hidden rounded-3xl bg-linear-to-br from-primary-soft via-transparent to-gold-soft p-6 sm:p-10 lg:grid-cols-[1.15fr_1fr]">
        <Hero session={session} call={call} to={to} onChoose={setChosen} />
        {call.now !== null ? (
          <CallCard call={call} to={to} signedIn={session.signed_in} />
        ) : (
          to !== "" && <Suggestions to={to} />
        )}
      </div>
      <NextSteps session={session} />
      <Ready />
    </div>
  );
}

interface HeroProps {
  session: SignedIn;
  call: StartCall;
  to: string;
  onChoose: (name: string) => void;
}

function Hero({ session, call, to, onChoose }: HeroProps) {
  const state = call.now?.state ?? "idle";
  const live = state !== "idle" && state !== "ended";
  const theirs = useLevel(live ? call.heard : null);
  const mayCall = session.may_call_without_key || session.scopes.includes("calls:write");
  const says = session.offered.find((one) => one.name === to)?.says;
  useActions(
    mayCall && to !== "" && !live
      ? [
          {
            id: "start.call",
            label: t("Call {name}", { name: to }),
            icon: <Phone />,
            run: () => call.begin(to),
          },
        ]
      : [],
  );
  return (
    <section aria-labelledby="hero" className="min-w-0">
      <h1
        id="hero"
        className="max-w-xl text-balance font-display font-semibold text-3xl text-fg leading-tight tracking-tight sm:text-[2.75rem]"
      >
        {t("Pick up, and talk to your agent")}
      </h1>
      <p className="mt-3 max-w-xl text-pretty text-muted leading-relaxed">
        {t(
          "It listens while you speak, stops when you interrupt, and does what it was asked. Booking a room by talking takes a minute.",
        )}
      </p>
      <Bars level={live ? Math.max(theirs, 0.04) : 0} live={live} className="my-7 max-w-xl" />
      {to === "" && mayCall ? (
        <EmptyState
          icon={<Bot />}
          title={t("No agent answers yet")}
          text={t("Make one under Agents, or by the command voiceforge agents set.")}
          action={
            <Button variant="gold" asChild>
              <Link href="/agents">{t("To the agents")}</Link>
            </Button>
          }
          className="items-start px-0 py-0 text-start"
        />
      ) : mayCall ? (
        <div className="space-y-4">
          {session.offered.length > 1 && !live && (
            <Segmented
              label={t("Whom to call")}
              value={to}
              onChange={onChoose}
              choices={session.offered.map((one) => ({ value: one.name, label: one.name }))}
            />
          )}
          <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
            <Button
              variant="gold"
              size="lg"
              icon={<Phone />}
              disabled={live}
              onClick={() => call.begin(to)}
              className={cn("h-14 rounded-2xl px-8 text-lg", !live && "animate-ring")}
            >
              {live ? t("In a call") : t("Call {name}", { name: to })}
            </Button>
            {says && !live && (
              <p className="min-w-0 max-w-sm text-muted text-sm">
                <bdi>{capital(says)}</bdi>
              </p>
            )}
          </div>
          <p className="flex items-start gap-2 text-faint text-xs">
            <ShieldCheck className="mt-px size-4 shrink-0" aria-hidden />
            {t(
              "Your browser asks for the microphone first. Sound goes to this server, encrypted, and nowhere else.",
            )}
          </p>
        </div>
      ) : (
        <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
          <Button
            variant="gold"
            size="lg"
            icon={<LogIn className="rtl:-scale-x-100" />}
            asChild
            className="h-14 rounded-2xl px-8 text-lg"
          >
            <Link href="/sign-in">
              {session.signed_in ? t("Sign in with another key") : t("Sign in to call")}
            </Link>
          </Button>
          <p className="max-w-sm text-muted text-sm">
            {session.signed_in
              ? t("The key that you are signed in with may not place calls.")
              : t("From another machine than the server's own, only who is signed in may call.")}
          </p>
        </div>
      )}
    </section>
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
}

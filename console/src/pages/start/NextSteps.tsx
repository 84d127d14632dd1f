import { ArrowRight, KeyRound, Network, PhoneCall, Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { t } from "@/app/i18n";
import type { SignedIn } from "@/app/session";
import { CodeLine } from "@/ui";

/** An address that this machine alone reaches. */
const LOOPBACK = /^(127\.|\[::1\]|localhost)/;

/** Three things to do next; signing in is the first of them for who has not. */
export function NextSteps({ session }: { session: SignedIn }) {
  const first = session.offered[0]?.name ?? "demo";
  const steps = [
    !session.signed_in && {
      icon: <KeyRound />,
      title: t("Sign in"),
      text: t(
        "See your calls, draw flows and change settings. This prints a link that signs this browser in:",
      ),
      more: <CodeLine text="voiceforge console" />,
      href: "/sign-in",
      link: t("Sign in with a key"),
    },
    session.signed_in && {
      icon: <Workflow />,
      title: t("Draw your own flow"),
      text: t(
        "What your agent asks, looks up and does: draw it, or say it in words, and try it right there.",
      ),
      href: "/flows",
      link: t("To the flows"),
    },
    session.sip_address !== "" && {
      icon: <PhoneCall />,
      title: t("Call from a phone"),
      text: LOOPBACK.test(session.sip_address)
        ? t("A SIP phone or app on this machine reaches the same agent at this address:")
        : t("Any SIP phone or app in your network reaches the same agent at this address:"),
      more: <CodeLine text={`sip:${first}@${session.sip_address}`} label={t("Copy the address")} />,
      href: "/phone",
      link: t("Or use the phone in this browser"),
    },
    session.signed_in
      ? {
          icon: <Network />,
          title: t("Connect your numbers"),
          text: t(
            "A trunk of your telephone company brings calls from everywhere to your agents, and theirs to anybody.",
          ),
          href: "/trunks",
          link: t("Add a trunk"),
        }
      : {
          icon: <Workflow />,
          title: t("Draw your own flow"),
          text: t(
            "What your agent asks, looks up and does: draw it, or say it in words, and try it right there.",
          ),
          href: "/flows",
          link: t("To the flows"),
        },
  ].filter((one) => one !== false);
  return (
    <section aria-labelledby="next">
      <h2 id="next" className="mb-3 font-display font-semibold text-fg text-lg">
        {t("What to do next")}
      </h2>
      <ol className="grid gap-4 md:grid-cols-3">
        {steps.slice(0, 3).map((step, index) => (
          <Step key={step.title} number={index + 1} {...step} />
        ))}
      </ol>
    </section>
  );
}

interface StepProps {
  number: number;
  icon: ReactNode;
  title: string;
  text: string;
  more?: ReactNode;
  href: string;
  link: string;
}

function Step({ number, icon, title, text, more, href, link }: StepProps) {
  return (
    <li className="glass flex min-w-0 flex-col rounded-2xl p-5">
      <div className="mb-3 flex items-center gap-3">
        <span
          className="grid size-10 place-items-center rounded-xl border border-line bg-linear-to-b from-primary-soft to-transparent text-gold-text [&_svg]:size-5"
          aria-hidden
        >
          {icon}
        </span>
        <h3 className="font-display font-semibold text-fg">
          <span className="sr-only">{number}. </span>
          {title}
        </h3>
      </div>
      <p className="text-muted text-sm leading-relaxed">{text}</p>
      {more && <div className="mt-3">{more}</div>}
      <Link
        href={href}
        className="mt-auto inline-flex items-center gap-1.5 self-start rounded pt-4 font-medium text-link text-sm hover:underline"
      >
        {link}
        <ArrowRight className="size-4 rtl:-scale-x-100" aria-hidden />
      </Link>
    </li>
  );
}

import { Link } from "wouter";
import type { Schema } from "@/api";
import { dateTime } from "@/app/format";
import { leftToRight, locale, t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Card, CopyButton, KeyValue } from "@/ui";

type CarriedCall = Schema["CallCarriedShown"];

/** What its provider says of a call: what is asked for where it is to be traced there. */
export function Carried({ carried }: { carried: readonly CarriedCall[] }) {
  const { may } = useSession();
  if (carried.length === 0) return null;
  return (
    <Card title={t("At the provider")}>
      <div className="space-y-5">
        {carried.map((one) => (
          <KeyValue
            key={`${one.account} ${one.ref} ${one.began_at}`}
            items={[
              [
                t("Account"),
                may("admin") ? (
                  <Link
                    key="account"
                    href={`/providers?account=${encodeURIComponent(one.account)}`}
                    className="text-link hover:underline"
                  >
                    <bdi>{one.account}</bdi>
                  </Link>
                ) : (
                  <bdi key="account">{one.account}</bdi>
                ),
              ],
              [
                t("Its id there"),
                one.ref ? (
                  <span key="ref" className="inline-flex min-w-0 max-w-full items-center gap-1">
                    <code dir="ltr" className="min-w-0 truncate font-mono text-xs" title={one.ref}>
                      {one.ref}
                    </code>
                    <CopyButton text={one.ref} label={t("Copy the provider's id")} />
                  </span>
                ) : null,
              ],
              [t("State there"), one.code ? `${one.state} (${one.code})` : one.state],
              [t("Answered by"), answeredBy(one.answered_by)],
              [t("Began"), dateTime(one.began_at)],
              [t("Answered"), one.answered_at ? dateTime(one.answered_at) : null],
              [t("Ended"), one.ended_at ? dateTime(one.ended_at) : null],
              [t("Cost there"), one.cost === null ? null : money(one.cost, one.currency)],
            ]}
          />
        ))}
      </div>
    </Card>
  );
}

/** Who took it, by the provider's word; null: it was not asked. */
function answeredBy(word: string): string | null {
  switch (word) {
    case "":
      return null;
    case "human":
      return t("a person");
    case "machine":
      return t("an answering machine");
    case "machine_end":
      return t("an answering machine, at its tone");
    case "fax":
      return t("a fax");
    default:
      return t("not known");
  }
}

/** An amount in the provider's currency, which is a word of the provider's: one that is none is shown as it is. */
function money(amount: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat(locale(), { style: "currency", currency, maximumFractionDigits: 5 });
    return leftToRight(format.format(amount));
  } catch {
    return leftToRight(`${amount} ${currency}`.trim());
  }
}

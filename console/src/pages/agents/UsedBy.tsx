import { useQuery } from "@tanstack/react-query";
import { Hash, Route as RouteIcon } from "lucide-react";
import { Link } from "wouter";
import { phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { numbersQuery, routesQuery } from "@/parts/data";
import { Badge, Button, Card, EmptyState, ErrorState, SkeletonList } from "@/ui";

/** Which numbers and routes lead callers to an agent. */
export function UsedBy({ agent }: { agent: string }) {
  const numbers = useQuery(numbersQuery);
  const routes = useQuery(routesQuery);
  if (numbers.error || routes.error)
    return <ErrorState inline error={numbers.error ?? routes.error} onRetry={() => void numbers.refetch()} />;
  if (!numbers.data || !routes.data) return <SkeletonList rows={3} />;
  const ways = routes.data.filter((one) => one.agent === agent || one.fallback?.agent === agent);
  const led = new Set(ways.map((one) => one.id));
  const own = numbers.data.filter((one) => one.agent === agent || (one.route !== null && led.has(one.route)));
  if (ways.length === 0 && own.length === 0)
    return (
      <Card>
        <EmptyState
          icon={<Hash />}
          title={t("No number leads here yet")}
          text={t("It answers calls to its own name. Give it a number, and everybody can call it.")}
          action={
            <Button asChild variant="primary">
              <Link href={`/numbers?new=${encodeURIComponent(agent)}`}>{t("Give it a number")}</Link>
            </Button>
          }
        />
      </Card>
    );
  return (
    <Card title={t("Who leads here")}>
      <ul className="divide-y divide-line">
        {own.map((one) => (
          <li key={one.number} className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
            <Hash className="size-4 text-gold-text" aria-hidden />
            <Link
              href={`/numbers?number=${encodeURIComponent(one.number)}`}
              className="figures text-link underline underline-offset-2"
            >
              {phoneNumber(one.number)}
            </Link>
            <span className="text-muted">{one.label}</span>
            {one.route !== null && <Badge>{t("by a route")}</Badge>}
          </li>
        ))}
        {ways.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
            <RouteIcon className="size-4 text-gold-text" aria-hidden />
            <Link
              href={`/numbers?view=routes&route=${one.id}`}
              className="text-link underline underline-offset-2"
            >
              <bdi>{one.pattern}</bdi>
            </Link>
            <span className="text-muted">{one.label}</span>
            {one.agent !== agent && <Badge tone="warn">{t("as fallback")}</Badge>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

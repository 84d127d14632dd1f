import { PencilLine } from "lucide-react";
import { ms, number, outOf, percent } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Avatar } from "@/parts/Avatar";
import type { Trunk } from "@/parts/data";
import { Badge, Button, cn, StatusDot } from "@/ui";
import { dotOf, standingOf } from "./model";

/** A trunk: how it stands, what it carries and how well. */
export function TrunkCard({
  trunk,
  place,
  numbers,
  history,
  onOpen,
}: {
  trunk: Trunk;
  /** From 1, in the order in which they are tried. */
  place: number;
  numbers: number;
  /** Calls at once, one figure for each time it was asked. */
  history: readonly number[];
  onOpen: () => void;
}) {
  const now = standingOf(trunk);
  const { status, label } = dotOf(trunk);
  const lately = now?.lately;
  const most = trunk.max_calls ?? 0;
  return (
    <li className="glass min-w-0 rounded-2xl p-5">
      <div className="flex items-start gap-3">
        <Avatar name={trunk.name} className="size-11 rounded-2xl text-sm" />
        <div className="min-w-0 flex-1">
          <h2 dir="auto" className="truncate font-display font-semibold">
            {trunk.name}
          </h2>
          <p className="truncate text-faint text-xs" dir="ltr">
            {trunk.transport ?? "udp"}:{trunk.host}
            {trunk.port ? `:${trunk.port}` : ""}
          </p>
        </div>
        <div className="flex flex-col items-end gap-1.5">
          <StatusDot status={status} label={label} />
          <Badge tone={place === 1 ? "gold" : "neutral"}>
            {place === 1 ? t("tried first") : t("tried as number {place}", { place })}
          </Badge>
        </div>
      </div>
      {status === "warn" && now?.why && (
        <p className="mt-3 break-words rounded-lg bg-warn-soft px-3 py-2 text-warn text-xs">{now.why}</p>
      )}
      <dl className="mt-4 grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Figure label={t("Calls now")} value={most > 0 ? outOf(now?.calls, most) : number(now?.calls)}>
          <Bars values={history} most={most} />
        </Figure>
        <Figure
          label={t("Answered")}
          value={percent(lately?.ratio)}
          hint={tn("of {count} call, 15 min", "of {count} calls, 15 min", lately?.attempts ?? 0)}
        />
        <Figure
          label={t("Until it rings")}
          value={lately?.delay_s == null ? "–" : ms(lately.delay_s * 1000)}
        />
        <Figure
          label={t("Quality (MOS)")}
          value={number(lately?.mos ?? now?.total.mos, 2)}
          tone={quality(lately?.mos ?? now?.total.mos)}
        />
      </dl>
      <div className="mt-4 flex flex-wrap items-center gap-1.5">
        {trunk.register && (
          <Badge tone={now?.registered ? "ok" : now?.registered === false ? "bad" : "neutral"}>
            {now?.registered
              ? t("registered")
              : now?.registered === false
                ? t("not registered")
                : t("registering")}
          </Badge>
        )}
        {trunk.encryption && trunk.encryption !== "off" && <Badge tone="ok">SRTP</Badge>}
        {(trunk.prefixes ?? []).slice(0, 4).map((prefix) => (
          <Badge key={prefix} tone="primary">
            <bdi>{prefix}</bdi>
          </Badge>
        ))}
        {(trunk.prefixes ?? []).length > 4 && (
          <Badge>{t("{count} more", { count: (trunk.prefixes ?? []).length - 4 })}</Badge>
        )}
        {numbers > 0 && <Badge>{tn("{count} number", "{count} numbers", numbers)}</Badge>}
        {(now?.total.codes ?? []).slice(0, 3).map(([code, count]) => (
          <Badge key={code} tone="warn">
            {code} × {number(count)}
          </Badge>
        ))}
        <Button size="sm" variant="ghost" className="ms-auto" icon={<PencilLine />} onClick={onOpen}>
          {t("Settings")}
        </Button>
      </div>
    </li>
  );
}

function Figure({
  label,
  value,
  hint,
  tone,
  children,
}: {
  label: string;
  value: string;
  hint?: string;
  tone?: string;
  children?: React.ReactNode;
}) {
  return (
    <div className="min-w-0 rounded-xl bg-sunken px-3 py-2">
      <dt className="truncate text-faint text-xs">{label}</dt>
      <dd className={cn("figures truncate font-display font-semibold text-lg", tone)}>{value}</dd>
      {hint && <dd className="truncate text-[0.6875rem] text-faint">{hint}</dd>}
      {children}
    </div>
  );
}

/** The last minutes, as small bars: cheap, and enough to see a trunk fill up. */
function Bars({ values, most }: { values: readonly number[]; most: number }) {
  const top = Math.max(most, ...values, 1);
  return (
    <dd className="mt-1 flex h-4 items-end gap-px" aria-hidden>
      {values.slice(-24).map((value, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: bars without an identity
          key={index}
          className="min-h-px flex-1 rounded-sm bg-link/70"
          style={{ height: `${Math.max(6, (value / top) * 100)}%` }}
        />
      ))}
    </dd>
  );
}

function quality(mos: number | null | undefined): string | undefined {
  if (mos === null || mos === undefined) return undefined;
  return mos >= 4 ? "text-ok" : mos >= 3.5 ? "text-warn" : "text-bad";
}

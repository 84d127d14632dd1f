import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "@/app/i18n";
import { useUnsaved } from "@/app/leaving";
import { useSession } from "@/app/session";
import { type Form, useForm } from "@/forms";
import { Button, Card, IconButton } from "@/ui";

/** Since ever: a price without a first day. */
export const ALWAYS = "1970-01-01";

/** A table of prices that is edited in place and saved as a whole. */
export function PriceTable<P extends object>({
  title,
  description,
  prices,
  fresh,
  save,
  empty,
  columns,
  heads,
  children,
}: {
  title: string;
  description: string;
  prices: P[];
  /** What a new line says at first. */
  fresh: P;
  save: (prices: P[]) => Promise<void>;
  /** Said while there is none. */
  empty: string;
  /** Of the grid that a line is, with one for its button at the end. */
  columns: string;
  /** What stands above its fields, which have these names for who cannot see. */
  heads: readonly string[];
  /** The fields of a line. */
  children: (row: P, change: (part: Partial<P>) => void) => ReactNode;
}) {
  const { may } = useSession();
  const form: Form<{ prices: P[] }> = useForm({ initial: { prices }, save: (values) => save(values.prices) });
  const rows = form.values.prices;
  const put = (next: P[]) => form.set("prices", next);
  useUnsaved(form.dirty && !form.busy);
  const fault = form.error("prices") ?? form.fault;
  return (
    <Card
      title={title}
      description={description}
      actions={
        <>
          <Button size="sm" icon={<Plus />} onClick={() => put([...rows, fresh])} disabled={!may("admin")}>
            {t("Add a price")}
          </Button>
          {form.dirty && (
            <Button size="sm" variant="primary" loading={form.busy} onClick={() => void form.submit()}>
              {t("Save")}
            </Button>
          )}
        </>
      }
    >
      {fault && (
        <p role="alert" className="mb-3 rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm">
          {fault}
        </p>
      )}
      {rows.length === 0 && <p className="text-muted text-sm">{empty}</p>}
      {rows.length > 0 && (
        <div aria-hidden className={`hidden gap-2 pb-1 text-faint text-xs md:grid ${columns}`}>
          {heads.map((head) => (
            <span key={head} className="self-end leading-tight">
              {head}
            </span>
          ))}
          <span className="w-10" />
        </div>
      )}
      <ul className="divide-y divide-line">
        {rows.map((row, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are edited in place
            key={at}
            className={`grid grid-cols-2 items-center gap-2 py-2 ${columns}`}
          >
            {children(row, (part) =>
              put(rows.map((each, index) => (index === at ? { ...each, ...part } : each))),
            )}
            <IconButton
              label={t("Remove this price")}
              onClick={() => put(rows.filter((_, index) => index !== at))}
            >
              <Trash2 />
            </IconButton>
          </li>
        ))}
      </ul>
    </Card>
  );
}

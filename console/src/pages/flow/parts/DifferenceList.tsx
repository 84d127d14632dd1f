import { t, tn } from "@/app/i18n";
import { Badge } from "@/ui";
import { kindOf } from "../kinds";
import { type Difference, type FieldChange, type Mark, shown, titleOf } from "../model/diff";
import { edgeLabel } from "../model/outcomes";
import { human, labelOf } from "../words";

/** What is otherwise, in words; each leads to where it is drawn. */
export function DifferenceList({
  difference,
  onShow,
}: {
  difference: Difference;
  onShow: (node: string) => void;
}) {
  const { count } = difference;
  const nodes = difference.document.nodes.filter((node) => difference.nodes.get(node.id) !== "same");
  const edges = difference.document.edges.flatMap((edge, at) => {
    const mark = difference.edges[at] ?? "same";
    return mark === "same" ? [] : [{ edge, mark }];
  });
  if (nodes.length + edges.length + difference.rest.length === 0)
    return <p className="text-muted text-sm">{t("They mean the same.")}</p>;
  return (
    <div className="space-y-2">
      <p className="flex flex-wrap gap-1.5">
        {count.added > 0 && <Badge tone="ok">{tn("{count} new", "{count} new", count.added)}</Badge>}
        {count.changed > 0 && (
          <Badge tone="warn">{tn("{count} changed", "{count} changed", count.changed)}</Badge>
        )}
        {count.removed > 0 && <Badge tone="bad">{tn("{count} gone", "{count} gone", count.removed)}</Badge>}
      </p>
      <ul className="space-y-1">
        {nodes.map((node) => (
          <li key={node.id} className="rounded-lg border border-line bg-sunken px-2.5 py-1.5 text-xs">
            <button
              type="button"
              className="flex w-full items-center gap-2 text-start"
              onClick={() => onShow(node.id)}
            >
              <Sign mark={difference.nodes.get(node.id) ?? "same"} />
              <span dir="auto" className="min-w-0 truncate font-medium text-fg">
                {human(titleOf(node))}
              </span>
              <span className="text-faint">{kindOf(node.type).title()}</span>
            </button>
            {difference.fields.get(node.id)?.map((one) => (
              <p key={one.field} className="mt-1 break-words ps-4 leading-relaxed">
                <Change change={one} />
              </p>
            ))}
          </li>
        ))}
        {edges.map(({ edge, mark }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: edges have no identity
          <li key={at} className="flex items-center gap-2 rounded-lg px-2.5 py-1 text-xs">
            <Sign mark={mark} />
            <span dir="auto" className="min-w-0 truncate text-muted">
              {edge.source} → {edge.target} {edgeLabel(edge) && `(${edgeLabel(edge)})`}
            </span>
          </li>
        ))}
        {difference.rest.map((one) => (
          <li key={one.field} className="flex gap-2 rounded-lg px-2.5 py-1 text-xs">
            <Sign mark="changed" />
            <span className="min-w-0 break-words leading-relaxed">
              <Change change={one} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A field as it was, and as it is. */
function Change({ change: { field, before, after } }: { change: FieldChange }) {
  return (
    <>
      <span className="text-faint">{labelOf(field)}: </span>
      {before !== undefined && <del className="text-bad">{shown(before)}</del>}{" "}
      {after !== undefined && <ins className="text-ok no-underline">{shown(after)}</ins>}
    </>
  );
}

function Sign({ mark }: { mark: Mark }) {
  const look = { added: "text-ok", removed: "text-bad", changed: "text-warn", same: "text-faint" }[mark];
  const sign = { added: "+", removed: "−", changed: "~", same: "" }[mark];
  const words = { added: t("new"), removed: t("gone"), changed: t("changed"), same: "" }[mark];
  return (
    <span className={`w-3 shrink-0 text-center font-bold ${look}`}>
      <span aria-hidden>{sign}</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}

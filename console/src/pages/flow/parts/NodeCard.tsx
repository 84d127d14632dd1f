import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleAlert, Plus, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { t, tn } from "@/app/i18n";
import { cn } from "@/ui";
import { EDGE_KINDS, kindOf } from "../kinds";
import { textOf } from "../model/document";
import type { CardNode } from "../model/graph";
import type { Outlet } from "../model/outcomes";
import { human } from "../words";

const MARKS = {
  added: "border-ok ring-2 ring-ok/50",
  removed: "border-bad border-dashed opacity-60",
  changed: "border-warn ring-2 ring-warn/50",
  same: "",
} as const;

/** A node: what it is, what it says, what may come of it, and what is wrong with it. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { node, outlets, summary, trouble, mark, stand } = data;
  const kind = kindOf(node.type);
  const Icon = kind.icon;
  const rows = outlets.filter((one) => one.kind !== "more");
  const more = outlets.some((one) => one.kind === "more") && !data.readOnly;
  const anywhere = node.type === "*";
  return (
    <div
      data-family={kind.family}
      data-node-type={node.type}
      className={cn(
        "relative w-full rounded-2xl border border-line-strong/50 bg-raised text-start text-fg shadow-card transition-[border-color,box-shadow] duration-150",
        "before:pointer-events-none before:absolute before:inset-0 before:rounded-2xl before:bg-linear-to-b before:from-(--kind)/14 before:to-transparent before:to-45%",
        selected && "border-(--kind) ring-2 ring-(--kind)/60",
        MARKS[mark],
        stand === "visited" && "border-gold-text/60",
        stand === "active" && "border-gold-text ring-4 ring-gold/40 shadow-glow",
      )}
    >
      {!anywhere && node.type !== "start" && (
        <Handle
          id="in"
          type="target"
          position={Position.Left}
          className="vf-handle top-[1.375rem]!"
          title={t("Lead here")}
        />
      )}
      <div className="relative flex items-center gap-2.5 px-3 pt-2.5 pb-2">
        <span className="grid size-6.5 shrink-0 place-items-center rounded-lg bg-(--kind)/16 text-(--kind)">
          <Icon className="size-4" aria-hidden />
        </span>
        <span className="min-w-0 flex-1 leading-tight">
          <span className="block truncate font-semibold text-[0.8125rem]" dir="auto">
            {anywhere ? kind.title() : textOf(node.label) || human(node.id)}
          </span>
          {!anywhere && <span className="block truncate text-[0.6875rem] text-faint">{kind.title()}</span>}
        </span>
        {mark !== "same" && <MarkWord mark={mark} />}
        {trouble !== null && <TroubleSign errors={trouble.errors} warnings={trouble.warnings} />}
      </div>
      {summary !== "" && (
        <p className="relative line-clamp-2 px-3 pb-2 text-[0.75rem] text-muted leading-snug" dir="auto">
          {summary}
        </p>
      )}
      {rows.length > 0 && (
        <ul className="relative border-line border-t py-1">
          {rows.map((one) => (
            <OutletRow key={one.id} outlet={one} />
          ))}
        </ul>
      )}
      {more && <MoreHandle />}
    </div>
  );
});

function OutletRow({ outlet }: { outlet: Outlet }) {
  const kind = EDGE_KINDS[outlet.kind];
  const Icon = kind?.icon;
  const plain = outlet.kind === "next" || outlet.kind === "outcome";
  const label = outlet.kind === "next" ? t("next") : outlet.label || kind?.title() || "";
  return (
    <li className="relative flex h-6.5 items-center justify-end gap-1.5 ps-3 pe-4 text-[0.6875rem]">
      {!plain && Icon !== undefined && <Icon className="size-3 shrink-0 text-faint" aria-hidden />}
      <span
        className={cn(
          "truncate",
          outlet.used ? "text-muted" : "text-faint",
          outlet.kind === "expression" && "font-mono",
        )}
        dir="auto"
      >
        {label}
      </span>
      <Handle
        id={outlet.id}
        type="source"
        position={Position.Right}
        className={cn("vf-handle", outlet.used && "vf-handle-used")}
        title={t("Lead on: {outcome}", { outcome: label })}
      />
    </li>
  );
}

/** From here begins an edge that asks what it is taken for. */
function MoreHandle() {
  return (
    <Handle
      id="more"
      type="source"
      position={Position.Bottom}
      className="vf-handle vf-handle-more group"
      title={t("On something else: an expression, words, a key, an error…")}
    >
      <Plus className="pointer-events-none size-3 text-faint" aria-hidden />
    </Handle>
  );
}

function MarkWord({ mark }: { mark: "added" | "removed" | "changed" }) {
  const words = { added: t("new"), removed: t("gone"), changed: t("changed") };
  const tones = {
    added: "bg-ok-soft text-ok",
    removed: "bg-bad-soft text-bad",
    changed: "bg-warn-soft text-warn",
  };
  return (
    <span className={cn("rounded-full px-2 py-0.5 font-medium text-[0.6875rem]", tones[mark])}>
      {words[mark]}
    </span>
  );
}

function TroubleSign({ errors, warnings }: { errors: number; warnings: number }) {
  const bad = errors > 0;
  const Icon = bad ? CircleAlert : TriangleAlert;
  const words = bad
    ? tn("{count} error", "{count} errors", errors)
    : tn("{count} warning", "{count} warnings", warnings);
  return (
    <span title={words} className={bad ? "text-bad" : "text-warn"}>
      <Icon className="size-4" aria-hidden />
      <span className="sr-only">{words}</span>
    </span>
  );
}

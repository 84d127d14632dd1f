import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { cn } from "@/ui";
import { COLOUR, kindOf } from "../kinds";
import type { LineEdge } from "../model/graph";

const MARKS = { added: "var(--ok)", removed: "var(--bad)", changed: "var(--warn)", same: "" } as const;

/** Back to what was before: over the heads of the nodes between, each a little higher than the others. */
function overhead(
  { sourceX, sourceY, targetX, targetY }: EdgeProps<LineEdge>,
  number: number,
): [string, number, number] {
  const top = Math.min(sourceY, targetY) - 96 - (number % 6) * 16;
  const [out, into] = [sourceX + 56 + (number % 4) * 8, targetX - 56 - (number % 4) * 8];
  const bend = 48;
  const path = [
    `M${sourceX},${sourceY}`,
    `C${out},${sourceY} ${out},${sourceY} ${out},${sourceY - bend}`,
    `L${out},${top + bend}`,
    `C${out},${top} ${out},${top} ${out - bend},${top}`,
    `L${into + bend},${top}`,
    `C${into},${top} ${into},${top} ${into},${top + bend}`,
    `L${into},${targetY - bend}`,
    `C${into},${targetY} ${into},${targetY} ${targetX},${targetY}`,
  ].join(" ");
  return [path, (out + into) / 2, top];
}

/** An edge, in the colours of what it joins. What is written at its beginning stands on the node; only other labels are written here. */
export const EdgeLine = memo(function EdgeLine(props: EdgeProps<LineEdge>) {
  const { id, data, selected, sourceX, sourceY, targetX, targetY, markerEnd } = props;
  if (data === undefined) return null;
  const [path, x, y] = sourceX > targetX - 8 ? overhead(props, data.number) : getBezierPath(props);
  const [from, to] = [COLOUR[kindOf(data.from).family], COLOUR[kindOf(data.to).family]];
  const gradient = `line-${id.replace(":", "-")}`;
  const told = MARKS[data.mark] || (data.wrong ? "var(--bad)" : data.gone ? "var(--gold-text)" : "");
  const shaded = told === "" && !data.plain && from !== to;
  const stroke = told || (shaded ? `url(#${gradient})` : from);
  return (
    <>
      {shaded && (
        <defs>
          <linearGradient
            id={gradient}
            gradientUnits="userSpaceOnUse"
            x1={sourceX}
            y1={sourceY}
            x2={targetX}
            y2={targetY}
          >
            <stop offset="0" stopColor={from} />
            <stop offset="1" stopColor={to} />
          </linearGradient>
        </defs>
      )}
      <BaseEdge
        id={id}
        path={path}
        markerEnd={markerEnd}
        interactionWidth={18}
        className="transition-opacity duration-150"
        style={{
          stroke,
          strokeWidth: selected ? 3.5 : data.gone || told !== "" ? 2.75 : 2,
          strokeOpacity: selected || told !== "" ? 1 : 0.62,
          strokeDasharray: data.mark === "removed" ? "5 5" : undefined,
          fill: "none",
        }}
      />
      {typeof data.edge.label === "string" && data.edge.label !== "" && (
        <EdgeLabelRenderer>
          <span
            className={cn(
              "pointer-events-none absolute max-w-40 truncate rounded-full border border-line bg-raised px-2 py-0.5 text-[0.6875rem] text-muted",
              selected && "text-fg",
            )}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            dir="auto"
          >
            {data.edge.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

import type { Problem } from "../model/problems";

/** What is wrong with one thing, and how to mend it. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="space-y-2">
      {problems.map((one) => (
        <li
          key={`${one.field} ${one.what}`}
          className={`rounded-xl px-3 py-2 text-xs leading-relaxed ${one.severity === "error" ? "bg-bad-soft text-bad" : "bg-warn-soft text-warn"}`}
        >
          <span className="block font-medium">{one.what}</span>
          {one.remedy && <span className="block text-muted">{one.remedy}</span>}
        </li>
      ))}
    </ul>
  );
}

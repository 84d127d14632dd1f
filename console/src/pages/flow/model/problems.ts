// What is wrong with a document, by the node, the edge and the field where it is mended.

export interface Finding {
  severity: "error" | "warning";
  /** A node's id; of an edge its source; empty: the document itself. */
  node: string;
  /** `slot.options.0.key`, `edges.3.when`, `variables.2.default`. */
  field: string;
  what: string;
  remedy: string;
}

export interface Problem extends Finding {
  /** The edge's number in the document. */
  edge: number | null;
  /** The variable's number in the document. */
  variable: number | null;
  /** Of the node, the edge or the variable: `slot.options.0.key`. */
  path: string;
}

const OF_EDGE = /^edges\.(\d+)\.?(.*)$/;
const OF_VARIABLE = /^variables\.(\d+)\.?(.*)$/;

export function problemsOf(findings: readonly Finding[]): Problem[] {
  const all = findings.map((finding) => {
    const edge = OF_EDGE.exec(finding.field);
    const variable = OF_VARIABLE.exec(finding.field);
    return {
      ...finding,
      edge: edge === null ? null : Number(edge[1]),
      variable: variable === null ? null : Number(variable[1]),
      path: (edge ?? variable)?.[2] ?? (edge || variable ? "" : finding.field),
    };
  });
  return all.sort((one, other) => rank(one) - rank(other));
}

function rank(problem: Problem): number {
  return problem.severity === "error" ? 0 : 1;
}

export interface Trouble {
  errors: number;
  warnings: number;
}

/** By node. */
export function troubleOf(problems: readonly Problem[]): Map<string, Trouble> {
  const found = new Map<string, Trouble>();
  for (const problem of problems) {
    if (problem.node === "") continue;
    const of = found.get(problem.node) ?? { errors: 0, warnings: 0 };
    if (problem.severity === "error") of.errors += 1;
    else of.warnings += 1;
    found.set(problem.node, of);
  }
  return found;
}

/** What is wrong with a field of a part, or with anything below it. */
export function atField(problems: readonly Problem[], path: string): Problem[] {
  return problems.filter((one) => one.path === path || one.path.startsWith(`${path}.`));
}

const NODE = /^node '([^']*)'(?: ([\w.-]+))?: (.*)$/s;
const EDGE = /^edge (\d+) \((.*?) → .*?\)(?: ([\w.-]+))?: (.*)$/s;
const VARIABLE = /^variable (?:'([^']*)'|(\d+))(?: ([\w.-]+))?: (.*)$/s;

/** What the server's reader of documents says in lines ("node 'ask' slot: Field required"), as findings. `names`: of the variables, in order. */
export function readerFindings(lines: readonly string[], names: readonly string[]): Finding[] {
  return lines.map((line) => {
    const base = { severity: "error" as const, remedy: "" };
    const node = NODE.exec(line);
    if (node) return { ...base, node: node[1] ?? "", field: node[2] ?? "", what: node[3] ?? line };
    const edge = EDGE.exec(line);
    if (edge)
      return {
        ...base,
        node: edge[2] ?? "",
        field: `edges.${Number(edge[1]) - 1}${edge[3] ? `.${edge[3]}` : ""}`,
        what: edge[4] ?? line,
      };
    const variable = VARIABLE.exec(line);
    if (variable) {
      const at = variable[1] === undefined ? Number(variable[2]) - 1 : names.indexOf(variable[1]);
      const field = `variables.${Math.max(0, at)}${variable[3] ? `.${variable[3]}` : ""}`;
      return { ...base, node: "", field, what: variable[4] ?? line };
    }
    return { ...base, node: "", field: "", what: line };
  });
}

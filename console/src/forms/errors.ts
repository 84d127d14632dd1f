// What the API says of a form that does not fit: which field, and in which words.
import { ApiError } from "@/api/error";

export interface Faults {
  /** By the field's name as the API has it ("fallback.ring", "hours.fri.0"). */
  fields: Record<string, string>;
  /** What belongs to no field, or to none that is shown. */
  rest: string;
}

export const NO_FAULTS: Faults = { fields: {}, rest: "" };

/** The faults in an error. `shown`: the names of the fields that can show one; what is said of others is told in `rest`. */
export function faultsOf(error: unknown, shown: readonly string[]): Faults {
  if (!(error instanceof ApiError)) return { fields: {}, rest: String((error as Error)?.message ?? error) };
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field, problem } of listed(error.detail)) {
    const owner = shown.find((name) => field === name || field.startsWith(`${name}.`));
    if (owner === undefined) rest.push(field ? `${field}: ${problem}` : problem);
    else fields[owner] = joined(fields[owner], field === owner ? problem : `${field}: ${problem}`);
  }
  const none = Object.keys(fields).length === 0 && rest.length === 0;
  return { fields, rest: none ? error.message : rest.join("\n") };
}

function listed(detail: unknown): { field: string; problem: string }[] {
  if (!Array.isArray(detail)) return [];
  return detail.flatMap((each) => {
    const { field, problem } = (typeof each === "object" && each !== null ? each : {}) as Record<
      string,
      unknown
    >;
    return typeof problem === "string" ? [{ field: typeof field === "string" ? field : "", problem }] : [];
  });
}

function joined(before: string | undefined, more: string): string {
  return before === undefined ? more : `${before}; ${more}`;
}

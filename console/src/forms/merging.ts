// Two people changed one thing: what can be joined without asking, and what cannot.

export interface Clash<T> {
  field: keyof T & string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
}

export interface Merged<T> {
  /** Mine where only I changed it, theirs where only they did; of clashes, mine. */
  values: T;
  clashes: Clash<T>[];
  /** What they alone changed: taken over. */
  taken: (keyof T & string)[];
}

/** Joins what I made of `base` with what somebody else made of it meanwhile, field by field. */
export function merged<T extends object>(base: T, mine: T, theirs: T): Merged<T> {
  const values = { ...mine };
  const clashes: Clash<T>[] = [];
  const taken: (keyof T & string)[] = [];
  for (const field of Object.keys(mine) as (keyof T & string)[]) {
    if (same(theirs[field], base[field]) || same(mine[field], theirs[field])) continue;
    if (same(mine[field], base[field])) {
      values[field] = theirs[field];
      taken.push(field);
    } else clashes.push({ field, base: base[field], mine: mine[field], theirs: theirs[field] });
  }
  return { values, clashes, taken };
}

/** Whether two values of JSON are the same; the order of an object's keys does not count. */
export function same(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [one, two] = [left as Record<string, unknown>, right as Record<string, unknown>];
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(two).length &&
    keys.every((key) => Object.hasOwn(two, key) && same(one[key], two[key]))
  );
}

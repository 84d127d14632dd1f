// Undo and redo: a history of whole documents. They share what did not change, so a hundred of them cost little.

export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** What was changed last, and when: typing on in one field is one step. */
  key: string;
  at: number;
}

export const MOST_STEPS = 200;
export const MERGE_MS = 1200;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], key: "", at: 0 };
}

/** `key`: changes of one key that follow each other quickly are one step; empty: a step of its own. `at`: ms. */
export function change<T>(history: History<T>, present: T, key: string, at: number): History<T> {
  if (present === history.present) return history;
  const merges = key !== "" && key === history.key && at - history.at < MERGE_MS && history.past.length > 0;
  const past = merges ? history.past : [...history.past, history.present].slice(-MOST_STEPS);
  return { past, present, future: [], key, at };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: before,
    future: [history.present, ...history.future],
    key: "",
    at: 0,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, key: "", at: 0 };
}

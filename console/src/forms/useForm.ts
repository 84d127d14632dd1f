// A form's state: what was typed is kept whatever goes wrong, and what the API says stands at its field.
import { useCallback, useMemo, useState } from "react";
import { ApiError } from "@/api/error";
import { type Faults, faultsOf, NO_FAULTS } from "./errors";
import { type Merged, merged, same } from "./merging";

export interface Form<T extends object> {
  values: T;
  set: <K extends keyof T>(name: K, value: T[K]) => void;
  patch: (changes: Partial<T>) => void;
  /** What is wrong with a field; undefined: nothing known. */
  error: (name: keyof T & string) => string | undefined;
  /** What is wrong and belongs to no field. */
  fault: string;
  busy: boolean;
  /** Something differs from what was there at first. */
  dirty: boolean;
  changed: (name: keyof T & string) => boolean;
  submit: () => Promise<boolean>;
  /** Somebody else changed it meanwhile: to be settled. */
  clash: Merged<T> | null;
  settle: (values: T | null) => Promise<void>;
}

export interface FormOptions<T extends object> {
  initial: T;
  /** Keeps it; `version` is what it was read with. */
  save: (values: T, version: number | null) => Promise<void>;
  version?: number;
  /** Reads it again, with its version, after a 412. */
  reread?: () => Promise<{ values: T; version: number }>;
  /** What can be said before anybody is asked: by field. */
  check?: (values: T) => Partial<Record<keyof T & string, string>>;
}

export function useForm<T extends object>({
  initial,
  save,
  version,
  reread,
  check,
}: FormOptions<T>): Form<T> {
  const [base, setBase] = useState({ values: initial, version: version ?? null });
  const [values, setValues] = useState(initial);
  const [faults, setFaults] = useState<Faults>(NO_FAULTS);
  const [busy, setBusy] = useState(false);
  const [clash, setClash] = useState<{ merged: Merged<T>; theirs: T; version: number } | null>(null);

  const patch = useCallback((changes: Partial<T>) => {
    setValues((now) => ({ ...now, ...changes }));
    setFaults((now) => ({
      fields: Object.fromEntries(Object.entries(now.fields).filter(([name]) => !(name in changes))),
      rest: now.rest,
    }));
  }, []);
  const set = useCallback(
    <K extends keyof T>(name: K, value: T[K]) => patch({ [name]: value } as unknown as Partial<T>),
    [patch],
  );

  async function attempt(wanted: T, at: { values: T; version: number | null }): Promise<boolean> {
    const early = check?.(wanted) ?? {};
    if (Object.keys(early).length > 0) {
      setFaults({ fields: early as Record<string, string>, rest: "" });
      return false;
    }
    setBusy(true);
    setFaults(NO_FAULTS);
    try {
      await save(wanted, at.version);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 412 && reread !== undefined) {
        try {
          const now = await reread();
          setClash({
            merged: merged(at.values, wanted, now.values),
            theirs: now.values,
            version: now.version,
          });
          return false;
        } catch (again) {
          setFaults(faultsOf(again, Object.keys(wanted)));
          return false;
        }
      }
      setFaults(faultsOf(error, Object.keys(wanted)));
      return false;
    } finally {
      setBusy(false);
    }
  }

  async function settle(chosen: T | null) {
    if (clash === null) return;
    setClash(null);
    if (chosen === null) return;
    const next = { values: clash.theirs, version: clash.version };
    setBase(next);
    setValues(chosen);
    await attempt(chosen, next);
  }

  const dirty = useMemo(() => !same(values, base.values), [values, base]);
  return {
    values,
    set,
    patch,
    error: (name) => faults.fields[name],
    fault: faults.rest,
    busy,
    dirty,
    changed: (name) => !same(values[name], base.values[name]),
    submit: () => attempt(values, base),
    clash: clash?.merged ?? null,
    settle,
  };
}

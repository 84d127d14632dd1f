// The working copy on the server: saved a moment after each change, and never over what somebody else has saved.
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, api, ok, queries } from "@/api";
import { documentOf, type FlowDocument } from "./model/document";

const AFTER_MS = 900;
const AGAIN_MS = 5000;

export type Saved =
  | { state: "saved" }
  | { state: "changed" }
  | { state: "saving" }
  | { state: "failed"; error: unknown }
  | { state: "conflict"; theirs: Theirs };

/** What somebody else has saved meanwhile. `document`: null: they have removed the working copy. */
export interface Theirs {
  document: FlowDocument | null;
  revision: number | null;
  madeBy: string;
  changedAt: string;
}

export interface Draft {
  saved: Saved;
  /** Saves what waits, now. Whether it is saved. */
  save: () => Promise<boolean>;
  /** Mine in the place of theirs. */
  overwrite: () => Promise<boolean>;
  /** Theirs is what counts from here on; whoever calls this draws it. */
  accept: () => void;
  /** There is no working copy any more: this document is a version. */
  settle: (document: FlowDocument, version: number) => Promise<void>;
}

export function useDraft(
  name: string,
  document: FlowDocument,
  loaded: { revision: number | null; base: number | null },
  enabled: boolean,
): Draft {
  const [saved, setSaved] = useState<Saved>({ state: "saved" });
  const revision = useRef(loaded.revision);
  const base = useRef(loaded.base);
  const kept = useRef(document);
  const latest = useRef(document);
  const running = useRef<Promise<boolean> | null>(null);
  const theirs = useRef<Theirs | null>(null);
  latest.current = document;

  const put = useCallback(async (): Promise<boolean> => {
    const sent = latest.current;
    if (sent === kept.current) return true;
    setSaved({ state: "saving" });
    try {
      const answer = await ok(
        api.PUT("/api/flows/{name}/draft", {
          params: { path: { name } },
          body: { document: sent, base: base.current },
          headers:
            revision.current === null ? { "If-None-Match": "*" } : { "If-Match": `"${revision.current}"` },
        }),
      );
      revision.current = answer.revision;
      kept.current = sent;
      theirs.current = null;
      setSaved({ state: latest.current === sent ? "saved" : "changed" });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        const other = await read(name);
        theirs.current = other;
        setSaved({ state: "conflict", theirs: other });
      } else setSaved({ state: "failed", error });
      return false;
    }
  }, [name]);

  const save = useCallback(async (): Promise<boolean> => {
    // One after the other: each needs the revision of the one before.
    while (running.current !== null) await running.current;
    running.current = put().finally(() => {
      running.current = null;
    });
    return running.current;
  }, [put]);

  const conflict = saved.state === "conflict";
  const failed = saved.state === "failed";
  const saving = saved.state === "saving";
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was changed back while it was being saved is seen when that is over
  useEffect(() => {
    if (!enabled || conflict) return;
    if (document === kept.current) {
      // Undone before it was saved.
      setSaved((before) => (before.state === "changed" ? { state: "saved" } : before));
      return;
    }
    setSaved((before) =>
      before.state === "saving" || before.state === "failed" ? before : { state: "changed" },
    );
    const timer = setTimeout(() => void save(), failed ? AGAIN_MS : AFTER_MS);
    return () => clearTimeout(timer);
  }, [document, enabled, conflict, failed, saving, save]);

  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => {
      if (enabled && latest.current !== kept.current) event.preventDefault();
    };
    addEventListener("beforeunload", leaving);
    return () => {
      removeEventListener("beforeunload", leaving);
      // Another page of the console is opened: what waits is saved on the way.
      if (enabled && latest.current !== kept.current && theirs.current === null) void put();
      void queries.invalidateQueries({ queryKey: ["flows"] });
    };
  }, [enabled, put]);

  const overwrite = useCallback(async () => {
    const other = theirs.current;
    revision.current = other === null ? revision.current : other.revision;
    return save();
  }, [save]);

  const accept = useCallback(() => {
    const other = theirs.current;
    if (other === null) return;
    revision.current = other.revision;
    theirs.current = null;
    setSaved({ state: "changed" });
  }, []);

  const settle = useCallback(
    async (now: FlowDocument, version: number) => {
      while (running.current !== null) await running.current;
      if (revision.current !== null) {
        await ok(
          api.DELETE("/api/flows/{name}/draft", {
            params: { path: { name } },
            headers: { "If-Match": `"${revision.current}"` },
          }),
        ).catch((error: unknown) => {
          // Somebody goes on drawing: their working copy stays.
          if (!(error instanceof ApiError) || (error.status !== 412 && error.status !== 404)) throw error;
        });
      }
      revision.current = null;
      base.current = version;
      kept.current = now;
      theirs.current = null;
      setSaved({ state: latest.current === now ? "saved" : "changed" });
    },
    [name],
  );

  return { saved, save, overwrite, accept, settle };
}

async function read(name: string): Promise<Theirs> {
  try {
    const found = await ok(api.GET("/api/flows/{name}/draft", { params: { path: { name } } }));
    return {
      document: documentOf(found.document),
      revision: found.revision,
      madeBy: found.made_by,
      changedAt: found.changed_at,
    };
  } catch {
    return { document: null, revision: null, madeBy: "", changedAt: "" };
  }
}

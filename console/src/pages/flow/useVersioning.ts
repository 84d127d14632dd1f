// Versions that are made of what is drawn, and which of them calls run.
import { useCallback } from "react";
import { api, ok, queries } from "@/api";
import { t } from "@/app/i18n";
import { toast } from "@/ui";
import type { FlowDocument } from "./model/document";
import type { Draft, Theirs } from "./useDraft";

export interface Versioning {
  /** What is drawn becomes a version, and there is no working copy any more. */
  publish: (note: string, now: boolean) => Promise<void>;
  publishOld: (number: number) => Promise<void>;
  /** What somebody else has drawn at the same time becomes a version, before mine takes its place. */
  keepTheirs: (theirs: Theirs) => Promise<void>;
}

export function useVersioning(name: string, document: FlowDocument, draft: Draft): Versioning {
  const keep = useCallback(
    async (kept: FlowDocument, note: string, publish: boolean): Promise<number> => {
      const saved = await ok(
        api.POST("/api/flows/{name}/versions", {
          params: { path: { name } },
          body: { document: kept, note, publish },
        }),
      );
      return saved.version;
    },
    [name],
  );
  const refresh = useCallback(() => queries.invalidateQueries({ queryKey: ["flows"] }), []);
  async function publish(note: string, now: boolean) {
    const sent = document;
    const number = await keep(sent, note, now);
    await draft.settle(sent, number);
    await refresh();
    toast.ok(
      now ? t("Version {number} is published.", { number }) : t("Version {number} is saved.", { number }),
    );
  }
  async function publishOld(number: number) {
    try {
      await ok(
        api.POST("/api/flows/{name}/publish", {
          params: { path: { name } },
          body: { version: number },
        }),
      );
      await refresh();
      toast.ok(t("Version {number} is published.", { number }));
    } catch (error) {
      toast.error(error);
    }
  }
  async function keepTheirs(theirs: Theirs) {
    if (theirs.document === null) return;
    await keep(theirs.document, t("drawn by {name} at the same time", { name: theirs.madeBy }), false);
    await refresh();
  }
  return { publish, publishOld, keepTheirs };
}

// What the server finds wrong with the document, asked a moment after each change.
import { useEffect, useRef, useState } from "react";
import { api, ok } from "@/api";
import { type FlowDocument, variablesOf } from "./model/document";
import { type Problem, problemsOf, readerFindings } from "./model/problems";

const AFTER_MS = 400;

export interface Checked {
  problems: Problem[];
  /** The document that they are of is not the one that is drawn: it is being asked. */
  pending: boolean;
  error: unknown;
}

export function useChecked(document: FlowDocument): Checked {
  const [found, setFound] = useState<{ of: FlowDocument | null; problems: Problem[]; error: unknown }>({
    of: null,
    problems: [],
    error: null,
  });
  const first = useRef(true);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(
      async () => {
        try {
          const problems = await asked(document, stop.signal);
          if (!stop.signal.aborted) setFound({ of: document, problems, error: null });
        } catch (error) {
          if (!stop.signal.aborted) setFound((before) => ({ ...before, error }));
        }
      },
      first.current ? 0 : AFTER_MS,
    );
    first.current = false;
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [document]);
  return {
    problems: found.problems,
    pending: found.of !== document && found.error === null,
    error: found.error,
  };
}

async function asked(document: FlowDocument, signal: AbortSignal): Promise<Problem[]> {
  const told = await ok(api.POST("/api/flows/validate", { body: { document }, signal }));
  const names = variablesOf(document).map((one) => one.name);
  // Of a document that cannot be read, findings are lines that name their node by themselves.
  return problemsOf(
    told.findings.flatMap((one) =>
      one.severity === "error" && one.node === "" && one.field === ""
        ? readerFindings([one.what], names).map((read) => ({ ...read, remedy: one.remedy }))
        : [one],
    ),
  );
}

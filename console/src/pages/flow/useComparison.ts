// What the canvas draws beside the document itself: an older version, or a change that is suggested.
import { useMemo, useState } from "react";
import { type Difference, difference } from "./model/diff";
import { documentOf, type FlowDocument } from "./model/document";
import { useVersion } from "./parts/Versions";

export interface Comparison {
  /** null: the document alone is drawn. */
  difference: Difference | null;
  /** What is compared: a version's number, */
  version: number | null;
  /** or what a file or a model would make of the document. */
  suggested: FlowDocument | null;
  against: (version: number | null) => void;
  suggest: (document: FlowDocument) => void;
  stop: () => void;
}

export function useComparison(flow: string, document: FlowDocument): Comparison {
  const [version, setVersion] = useState<number | null>(null);
  const [suggested, setSuggested] = useState<FlowDocument | null>(null);
  const other = useVersion(flow, version);
  const found = useMemo(() => {
    if (suggested !== null) return difference(document, suggested);
    return other.data === undefined || version === null
      ? null
      : difference(documentOf(other.data.document), document);
  }, [suggested, other.data, version, document]);
  return useMemo(
    () => ({
      difference: found,
      version,
      suggested,
      against: (next) => {
        setSuggested(null);
        setVersion(next);
      },
      suggest: setSuggested,
      stop: () => {
        setSuggested(null);
        setVersion(null);
      },
    }),
    [found, version, suggested],
  );
}

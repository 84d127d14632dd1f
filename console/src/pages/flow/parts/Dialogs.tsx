import { Download } from "lucide-react";
import { useMemo, useState } from "react";
import { dateTime, list } from "@/app/format";
import { t } from "@/app/i18n";
import { Button, Dialog, ErrorState, Field, Input, Switch } from "@/ui";
import { type Difference, difference } from "../model/diff";
import { type FlowDocument, written } from "../model/document";
import type { Problem } from "../model/problems";
import type { Draft, Theirs } from "../useDraft";
import { DifferenceList } from "./DifferenceList";
import { ProblemList } from "./ProblemList";

export interface PublishProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  problems: readonly Problem[];
  /** Against what calls run now; null: nothing is published. */
  changes: Difference | null;
  agents: readonly string[];
  onPublish: (note: string, publish: boolean) => Promise<void>;
}

/** Keeps what is drawn as a version, with a note, and has calls run it. */
export function PublishDialog({ open, onOpenChange, problems, changes, agents, onPublish }: PublishProps) {
  const [note, setNote] = useState("");
  const [only, setOnly] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const errors = problems.filter((one) => one.severity === "error");
  async function go() {
    setBusy(true);
    setError(null);
    try {
      await onPublish(note.trim(), !only && errors.length === 0);
      setNote("");
      onOpenChange(false);
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  }
  const blocked = errors.length > 0;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={blocked || only ? t("Save a version") : t("Publish")}
      description={
        blocked
          ? t("It has errors: it can be kept as a version, and no call can get it before they are mended.")
          : agents.length > 0
            ? t("New calls of {agents} run it from now on; calls that are up go on as they began.", {
                agents: list(agents),
              })
            : t(
                "New calls run it from now on; calls that are up go on as they began. No agent runs this flow yet.",
              )
      }
      onSubmit={() => void go()}
      footer={
        <>
          <Button variant="ghost" onClick={() => onOpenChange(false)}>
            {t("Cancel")}
          </Button>
          <Button variant={blocked || only ? "primary" : "gold"} type="submit" loading={busy}>
            {blocked || only ? t("Save version") : t("Publish")}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <Field label={t("Note")} hint={t("What is new, for the history.")}>
          <Input value={note} maxLength={500} dir="auto" onChange={(event) => setNote(event.target.value)} />
        </Field>
        {!blocked && (
          <Switch
            checked={only}
            onChange={setOnly}
            label={t("Keep it as a version only, and publish later")}
          />
        )}
        {blocked && <ProblemList problems={errors.slice(0, 5)} />}
        {changes !== null && (
          <details className="rounded-xl border border-line px-3 py-2">
            <summary className="text-muted text-sm">{t("What changes for callers")}</summary>
            <div className="pt-3">
              <DifferenceList difference={changes} onShow={() => undefined} />
            </div>
          </details>
        )}
        {error !== null && <ErrorState inline error={error} />}
      </div>
    </Dialog>
  );
}

export interface ConflictProps {
  theirs: Theirs;
  mine: FlowDocument;
  draft: Draft;
  /** Theirs is drawn from here on; mine is one step back. */
  onTake: (theirs: FlowDocument | null) => void;
  /** Theirs is kept as a version before mine takes its place. */
  onKeep: (theirs: Theirs) => Promise<void>;
}

/** Somebody else, or another tab, has saved meanwhile. Nothing of either is lost, whatever is chosen. */
export function ConflictDialog({ theirs, mine, draft, onTake, onKeep }: ConflictProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const found = useMemo(
    () => (theirs.document === null ? null : difference(theirs.document, mine)),
    [theirs, mine],
  );
  async function keep() {
    setBusy(true);
    setError(null);
    try {
      await onKeep(theirs);
      await draft.overwrite();
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Dialog
      open
      sticky
      onOpenChange={() => undefined}
      title={t("This flow was changed elsewhere")}
      description={
        theirs.document === null
          ? t(
              "Its working copy was removed or published meanwhile, in another tab or by somebody else. Yours is still here.",
            )
          : t(
              "{name} saved it on {when}, in another tab or at another desk. Yours is still here; nothing of either is lost.",
              {
                name: theirs.madeBy || t("Somebody"),
                when: dateTime(theirs.changedAt),
              },
            )
      }
      footer={
        <>
          <Button variant="ghost" icon={<Download />} onClick={() => download(mine)}>
            {t("Download mine")}
          </Button>
          {theirs.document !== null && (
            <Button
              onClick={() => {
                draft.accept();
                onTake(theirs.document);
              }}
            >
              {t("Go on with theirs")}
            </Button>
          )}
          <Button variant="primary" loading={busy} onClick={() => void keep()}>
            {t("Go on with mine")}
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <p className="text-muted text-sm leading-relaxed">
          {theirs.document === null
            ? t("Go on with yours: it is saved as the working copy anew.")
            : t("With theirs, yours is one undo away. With yours, theirs is kept as a version first.")}
        </p>
        {found !== null && (
          <>
            <p className="text-faint text-xs">{t("Yours, against theirs:")}</p>
            <DifferenceList difference={found} onShow={() => undefined} />
          </>
        )}
        {error !== null && <ErrorState inline error={error} />}
      </div>
    </Dialog>
  );
}

/** The document as a file, as import takes it. */
export function download(flow: FlowDocument): void {
  const url = URL.createObjectURL(new Blob([written(flow)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${flow.name || "flow"}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

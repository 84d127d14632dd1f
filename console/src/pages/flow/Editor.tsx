import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { LayoutGrid, MessageSquareText, Plus, Rocket, Sparkles } from "lucide-react";
import { type ChangeEvent, type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import type { Schema } from "@/api";
import { useActions } from "@/app/actions";
import { t, tn } from "@/app/i18n";
import { Button, Dialog, toast } from "@/ui";
import { difference } from "./model/diff";
import { documentOf, type FlowDocument, NoDocument, type Position, readFile } from "./model/document";
import { mayLead } from "./model/edits";
import type { Overlay } from "./model/graph";
import { NODE_WIDTH } from "./model/layout";
import { type Problem, troubleOf } from "./model/problems";
import type { DocumentSchema } from "./model/schema";
import type { Trail } from "./model/trail";
import { Canvas, type Selection } from "./parts/Canvas";
import { ChangeInWords } from "./parts/ChangeInWords";
import { Comparing } from "./parts/Comparing";
import { ConflictDialog, download, PublishDialog } from "./parts/Dialogs";
import { Inspector } from "./parts/Inspector";
import { type Loose, LooseDialog } from "./parts/LooseDialog";
import { NodePalette } from "./parts/Palette";
import { Panel } from "./parts/Panel";
import { type PanelName, PanelRail, panelTitle } from "./parts/PanelRail";
import { Problems } from "./parts/Problems";
import { Simulate } from "./parts/Simulate";
import { Testing } from "./parts/Testing";
import { Toolbar } from "./parts/Toolbar";
import { Variables } from "./parts/Variables";
import { useVersion, Versions } from "./parts/Versions";
import { useCanvasKeys } from "./useCanvasKeys";
import { useChecked } from "./useChecked";
import { useComparison } from "./useComparison";
import { useDraft } from "./useDraft";
import { useEditor } from "./useEditor";
import { useEdits } from "./useEdits";
import { useChosenInSight, useFollowedInSight } from "./useInSight";
import { useOffers } from "./useOffers";
import { useSmall } from "./useSmall";
import { useVersioning } from "./useVersioning";

export interface EditorProps {
  flow: Schema["FlowShown"];
  schema: DocumentSchema;
  document: FlowDocument;
  /** Of the working copy; null: there is none. */
  revision: number | null;
  base: number | null;
  readOnly: boolean;
}

const NOTHING: Selection = { nodes: new Set(), edges: new Set() };

export default function FlowEditor(props: EditorProps) {
  return (
    <ReactFlowProvider>
      <Whole {...props} />
    </ReactFlowProvider>
  );
}

function Whole({ flow, schema, document: initial, revision, base, readOnly }: EditorProps) {
  const editor = useEditor(initial);
  const { document, edit } = editor;
  const draft = useDraft(flow.name, document, { revision, base }, !readOnly);
  const checked = useChecked(document);
  const offers = useOffers(document);
  const small = useSmall();
  const canvas = useReactFlow();
  const root = useRef<HTMLDivElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [panel, setPanel] = useState<PanelName | null>(small || initial.nodes.length > 1 ? null : "form");
  const [adding, setAdding] = useState(false);
  const [publishing, setPublishing] = useState(false);
  const [trail, setTrail] = useState<Trail | null>(null);
  const [loose, setLoose] = useState<Loose | null>(null);
  const comparison = useComparison(flow.name, document);
  const shownDifference = comparison.difference;
  const live = useVersion(flow.name, publishing ? flow.published : null);

  // ---- what is drawn: the document, or two of them in one picture

  const overlay = useMemo<Overlay>(
    () => ({
      trouble: troubleOf(checked.problems),
      wrongEdges: new Set(
        checked.problems.flatMap((one) => (one.edge !== null && one.severity === "error" ? [one.edge] : [])),
      ),
      difference: shownDifference,
      trail,
      readOnly: readOnly || shownDifference !== null,
    }),
    [checked.problems, shownDifference, trail, readOnly],
  );
  const drawn = shownDifference?.document ?? document;

  const open = useCallback((name: PanelName) => setPanel(name), []);
  const select = useCallback(
    (next: Selection) => {
      setSelection(next);
      if (next.nodes.size + next.edges.size > 0 && shownDifference === null)
        setPanel((now) =>
          small
            ? "form"
            : now === null || now === "versions" || now === "problems" || now === "variables"
              ? "form"
              : now,
        );
    },
    [small, shownDifference],
  );
  const show = useCallback(
    (node: string, edge: number | null = null) => {
      setSelection({
        nodes: new Set(edge === null ? [node] : []),
        edges: new Set(edge === null ? [] : [edge]),
      });
      void canvas.fitView({ nodes: [{ id: node }], duration: 300, maxZoom: 1, minZoom: 0.5 });
      if (small) setPanel(null);
    },
    [canvas, small],
  );
  const showProblem = useCallback(
    (problem: Problem) => {
      if (problem.variable !== null) open("variables");
      else if (problem.node === "" && problem.edge === null) {
        setSelection(NOTHING);
        open("form");
      } else {
        show(problem.node, problem.edge);
        open("form");
      }
    },
    [open, show],
  );

  useChosenInSight(root, selection.nodes, small ? null : panel);
  useFollowedInSight(trail?.active ?? "");

  // ---- edits

  const edits = useEdits({
    schema,
    document,
    edit,
    selection,
    onSelect: setSelection,
    readOnly,
    root,
    onAdded: () => {
      setAdding(false);
      if (!small) open("form");
    },
  });
  const { add, removeChosen, put, copyChosen, duplicate, arrange, selectAll } = edits;
  const showAll = () => void canvas.fitView({ duration: 300, maxZoom: 1 });
  useCanvasKeys(root, {
    undo: readOnly ? () => undefined : editor.undo,
    redo: readOnly ? () => undefined : editor.redo,
    remove: removeChosen,
    duplicate,
    selectAll,
    selectNone: () => setSelection(NOTHING),
    save: () => void draft.save(),
    arrange,
    showAll,
    copy: copyChosen,
    paste: (text) => put(text, { x: 64, y: 64 }),
  });
  const loosened = useCallback(
    (from: { source: string; outlet: string }, target: string | null, at: Position, screen: Position) => {
      if (readOnly) return;
      if (target !== null && !mayLead(document, from.source, target)) return;
      if (from.outlet === "more" || target !== null) setLoose({ source: from.source, target, at, screen });
      else setLoose({ source: `${from.source}\n${from.outlet}`, target: null, at, screen });
    },
    [document, readOnly],
  );

  // ---- versions

  const { publish, publishOld, keepTheirs } = useVersioning(flow.name, document, draft);
  const suggest = (found: FlowDocument) => comparison.suggest({ ...found, name: document.name });
  async function imported(event: ChangeEvent<HTMLInputElement>) {
    const chosen = event.target.files?.[0];
    event.target.value = "";
    if (chosen === undefined) return;
    try {
      suggest(readFile(await chosen.text()));
      open("words");
    } catch (error) {
      toast.error(error instanceof NoDocument ? error : new Error(t("The file could not be read.")));
    }
  }
  const { stop } = comparison;
  const take = useCallback(
    (next: FlowDocument) => {
      edit(() => ({ ...next, name: document.name }));
      stop();
      setSelection(NOTHING);
    },
    [edit, document.name, stop],
  );

  const errors = checked.problems.filter((one) => one.severity === "error").length;
  const warnings = checked.problems.length - errors;
  useActions([
    { id: "flow.publish", label: t("Publish this flow"), icon: <Rocket />, run: () => setPublishing(true) },
    { id: "flow.test", label: t("Test this flow"), icon: <MessageSquareText />, run: () => open("test") },
    { id: "flow.arrange", label: t("Arrange the flow"), icon: <LayoutGrid />, run: arrange },
    { id: "flow.words", label: t("Change the flow in words"), icon: <Sparkles />, run: () => open("words") },
  ]);

  const panels: Record<PanelName, () => ReactNode> = {
    form: () => (
      <Inspector
        document={document}
        schema={schema}
        selection={selection}
        onSelect={setSelection}
        onEdit={edit}
        onDuplicate={duplicate}
        problems={checked.problems}
        offers={offers}
        readOnly={overlay.readOnly}
      />
    ),
    variables: () => (
      <Variables
        document={document}
        schema={schema}
        onEdit={edit}
        onShow={show}
        problems={checked.problems}
        offers={offers}
        values={trail?.values ?? null}
        readOnly={overlay.readOnly}
      />
    ),
    problems: () => <Problems checked={checked} onShow={showProblem} />,
    versions: () => (
      <Versions
        flow={flow}
        document={document}
        compared={comparison.version}
        onCompare={comparison.against}
        onRestore={(found, number) => {
          take(found);
          toast.ok(t("Version {number} is back, as your working copy.", { number }), {
            label: t("Undo"),
            onClick: editor.undo,
          });
        }}
        onPublish={(number) => void publishOld(number)}
        onShow={show}
        readOnly={readOnly}
      />
    ),
    test: () => (
      <Testing
        flow={flow}
        document={document}
        draft={readOnly ? null : draft}
        trail={trail}
        onTrail={setTrail}
      />
    ),
    callers: () => <Simulate name={flow.name} document={document} />,
    words: () => (
      <ChangeInWords
        flow={flow.name}
        comparison={comparison}
        document={document}
        onSuggest={suggest}
        onTake={take}
        onShow={show}
      />
    ),
  };

  return (
    <div
      ref={root}
      className="-mx-4 -my-6 sm:-mx-6 sm:-my-8 lg:-mx-8 flex h-[calc(100dvh-4rem)] min-h-120 flex-col"
      data-flow-editor={draft.saved.state}
    >
      <Toolbar
        flow={flow}
        saved={draft.saved}
        readOnly={readOnly}
        editor={editor}
        edits={edits}
        selection={selection}
        testing={panel === "test"}
        onShowAll={showAll}
        onImport={() => file.current?.click()}
        onExport={() => download(document)}
        onTest={() => open("test")}
        onPublish={() => setPublishing(true)}
      />
      <div className="flex min-h-0 flex-1">
        {!small && !readOnly && (
          <aside className="scroll-quiet hidden w-44 shrink-0 flex-col border-line border-e bg-canvas/40 p-2.5 xl:flex">
            <NodePalette schema={schema} onAdd={(type) => add(type)} anywhere />
          </aside>
        )}
        <div className="relative min-w-0 flex-1">
          <Canvas
            document={drawn}
            overlay={overlay}
            selection={selection}
            onSelect={select}
            onEdit={edit}
            onDropped={(type, at) => add(type, { x: at.x - NODE_WIDTH / 2, y: at.y - 24 })}
            onLoose={loosened}
            small={small}
          />
          {!readOnly && (
            <Button
              variant="primary"
              icon={<Plus />}
              className="absolute start-3 top-3 xl:hidden"
              onClick={() => setAdding(true)}
            >
              {t("Add a node")}
            </Button>
          )}
          <Comparing comparison={comparison} />
        </div>
        <Panel small={small} title={panel === null ? null : panelTitle(panel)} onClose={() => setPanel(null)}>
          {panel !== null && panels[panel]()}
        </Panel>
        <PanelRail
          small={small}
          chosen={panel}
          problems={checked.problems.length}
          wrong={errors > 0}
          onChoose={setPanel}
        />
      </div>
      <p className="sr-only" aria-live="polite">
        {checked.pending
          ? ""
          : errors + warnings === 0
            ? t("No problems")
            : [
                tn("{count} error", "{count} errors", errors),
                tn("{count} warning", "{count} warnings", warnings),
              ].join(", ")}
      </p>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        onChange={(event) => void imported(event)}
      />
      <Dialog open={adding} onOpenChange={setAdding} title={t("Add a node")}>
        <NodePalette schema={schema} onAdd={(type) => add(type)} tight anywhere />
      </Dialog>
      <LooseDialog
        loose={loose}
        document={document}
        schema={schema}
        onClose={() => setLoose(null)}
        onEdit={edit}
        onSelect={select}
      />
      <PublishDialog
        open={publishing}
        onOpenChange={setPublishing}
        problems={checked.problems}
        changes={
          live.data === undefined || flow.published === null
            ? null
            : difference(documentOf(live.data.document), document)
        }
        agents={flow.agents}
        onPublish={publish}
      />
      {draft.saved.state === "conflict" && (
        <ConflictDialog
          theirs={draft.saved.theirs}
          mine={document}
          draft={draft}
          onTake={(theirs) => theirs !== null && take(theirs)}
          onKeep={keepTheirs}
        />
      )}
    </div>
  );
}

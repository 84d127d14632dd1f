import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import {
  CircleAlert,
  CircleCheck,
  History,
  LayoutGrid,
  MessageSquareText,
  PanelRight,
  Plus,
  Rocket,
  Sparkles,
  Users,
  Variable,
  X,
} from "lucide-react";
import { type ChangeEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, ok, type Schema } from "@/api";
import { useActions } from "@/app/actions";
import { t, tn } from "@/app/i18n";
import { Button, Dialog, IconButton, toast } from "@/ui";
import { difference } from "./model/diff";
import { documentOf, type FlowDocument, NoDocument, type Position, readFile } from "./model/document";
import { mayLead } from "./model/edits";
import type { Overlay } from "./model/graph";
import { NODE_WIDTH } from "./model/layout";
import { type Problem, troubleOf } from "./model/problems";
import type { DocumentSchema } from "./model/schema";
import type { Trail } from "./model/trail";
import { Canvas, type Selection } from "./parts/Canvas";
import { ConflictDialog, download, PublishDialog } from "./parts/Dialogs";
import { DifferenceList } from "./parts/DifferenceList";
import { Generating } from "./parts/Generating";
import { Inspector } from "./parts/Inspector";
import { type Loose, LooseDialog } from "./parts/LooseDialog";
import { NodePalette } from "./parts/Palette";
import { type PanelName, PanelRail, type Tool } from "./parts/PanelRail";
import { Problems } from "./parts/Problems";
import { Simulate } from "./parts/Simulate";
import { Testing } from "./parts/Testing";
import { Toolbar } from "./parts/Toolbar";
import { Variables } from "./parts/Variables";
import { useVersion, Versions } from "./parts/Versions";
import { useCanvasKeys } from "./useCanvasKeys";
import { useChecked } from "./useChecked";
import { useDraft } from "./useDraft";
import { useEditor } from "./useEditor";
import { useEdits } from "./useEdits";
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
  const [compared, setCompared] = useState<number | null>(null);
  const [suggested, setSuggested] = useState<FlowDocument | null>(null);
  /** How it shall be otherwise, in words. */
  const [wish, setWish] = useState("");
  const [trail, setTrail] = useState<Trail | null>(null);
  const [loose, setLoose] = useState<Loose | null>(null);
  const other = useVersion(flow.name, compared);
  const live = useVersion(flow.name, publishing ? flow.published : null);

  // ---- what is drawn: the document, or two of them in one picture

  const shownDifference = useMemo(() => {
    if (suggested !== null) return difference(document, suggested);
    return other.data === undefined || compared === null
      ? null
      : difference(documentOf(other.data.document), document);
  }, [suggested, other.data, compared, document]);
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

  // What is chosen is not hidden by the panel that opens for it.
  const [chosen] = selection.nodes.size === 1 ? selection.nodes : [];
  useEffect(() => {
    if (chosen === undefined || panel === null || small) return;
    const timer = setTimeout(() => {
      const node = canvas.getNode(chosen);
      const box = root.current?.querySelector(".react-flow")?.getBoundingClientRect();
      if (node === undefined || box === undefined) return;
      const at = canvas.flowToScreenPosition(node.position);
      const width = NODE_WIDTH * canvas.getZoom();
      if (at.x >= box.left && at.x + width <= box.right && at.y >= box.top && at.y + 40 <= box.bottom) return;
      void canvas.setCenter(node.position.x + NODE_WIDTH / 2, node.position.y + 60, {
        zoom: canvas.getZoom(),
        duration: 200,
      });
    }, 60);
    return () => clearTimeout(timer);
  }, [chosen, panel, small, canvas]);

  // A call that is followed stays in sight.
  const active = trail?.active ?? "";
  useEffect(() => {
    const node = active === "" ? undefined : canvas.getNode(active);
    if (node === undefined) return;
    const height = node.measured?.height ?? 120;
    void canvas.setCenter(node.position.x + NODE_WIDTH / 2, node.position.y + height / 2, {
      zoom: Math.max(canvas.getZoom(), 0.6),
      duration: 300,
    });
  }, [active, canvas]);

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

  const { keepVersion, publish, publishOld, refresh } = useVersioning(flow.name, document, draft);
  async function imported(event: ChangeEvent<HTMLInputElement>) {
    const chosen = event.target.files?.[0];
    event.target.value = "";
    if (chosen === undefined) return;
    try {
      const found = readFile(await chosen.text());
      setSuggested({ ...found, name: document.name });
      open("words");
    } catch (error) {
      toast.error(error instanceof NoDocument ? error : new Error(t("The file could not be read.")));
    }
  }
  const take = useCallback(
    (next: FlowDocument) => {
      edit(() => ({ ...next, name: document.name }));
      setSuggested(null);
      setCompared(null);
      setSelection(NOTHING);
    },
    [edit, document.name],
  );

  const errors = checked.problems.filter((one) => one.severity === "error").length;
  const warnings = checked.problems.length - errors;
  useActions([
    { id: "flow.publish", label: t("Publish this flow"), icon: <Rocket />, run: () => setPublishing(true) },
    { id: "flow.test", label: t("Test this flow"), icon: <MessageSquareText />, run: () => open("test") },
    { id: "flow.arrange", label: t("Arrange the flow"), icon: <LayoutGrid />, run: arrange },
    { id: "flow.words", label: t("Change the flow in words"), icon: <Sparkles />, run: () => open("words") },
  ]);

  const panels: Record<PanelName, { title: string; body: () => ReactNode }> = {
    form: {
      title: t("Details"),
      body: () => (
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
    },
    variables: {
      title: t("Variables"),
      body: () => (
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
    },
    problems: { title: t("Problems"), body: () => <Problems checked={checked} onShow={showProblem} /> },
    versions: {
      title: t("Versions"),
      body: () => (
        <Versions
          name={flow.name}
          document={document}
          published={flow.published}
          compared={compared}
          onCompare={(number) => {
            setSuggested(null);
            setCompared(number);
          }}
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
    },
    test: {
      title: t("Test"),
      body: () => <Testing flow={flow} document={document} trail={trail} onTrail={setTrail} />,
    },
    callers: {
      title: t("Simulated callers"),
      body: () => (
        <Simulate name={flow.name} prepare={() => keepVersion(t("for simulated callers"), false)} />
      ),
    },
    words: {
      title: t("Change in words"),
      body: () =>
        suggested !== null && shownDifference !== null ? (
          <div className="space-y-4">
            <p className="text-muted text-sm">
              {t("This is what would change. It is drawn on the canvas, too.")}
            </p>
            <DifferenceList difference={shownDifference} onShow={show} />
            <div className="flex gap-2">
              <Button variant="gold" icon={<CircleCheck />} onClick={() => take(suggested)}>
                {t("Take it")}
              </Button>
              <Button icon={<X />} onClick={() => setSuggested(null)}>
                {t("Leave it")}
              </Button>
            </div>
          </div>
        ) : (
          <Generating
            words={wish}
            onWords={setWish}
            label={t("What shall be otherwise?")}
            placeholder={t("After the day, ask for the number of people.")}
            action={t("Draw the change")}
            examples={[
              t("Ask for the name at the end."),
              t("Offer a person when the caller says operator."),
              t("Say everything in German."),
            ]}
            ask={async () => {
              // A model changes the newest version: what is drawn becomes it first.
              await keepVersion(t("before a change in words"), false);
              return { edit: flow.name, save: false };
            }}
            onDrawn={(found) => setSuggested({ ...found.document, name: document.name })}
          />
        ),
    },
  };
  const current = panel === null ? null : panels[panel];
  const tools: Tool[] = [
    { name: "form", icon: <PanelRight />, label: t("Details") },
    { name: "variables", icon: <Variable />, label: t("Variables") },
    {
      name: "problems",
      icon: <CircleAlert />,
      label: t("Problems"),
      count: checked.problems.length,
      bad: errors > 0,
    },
    { name: "versions", icon: <History />, label: t("Versions") },
    { name: "words", icon: <Sparkles />, label: t("Change in words") },
    { name: "test", icon: <MessageSquareText />, label: t("Test") },
    { name: "callers", icon: <Users />, label: t("Simulated callers") },
  ];

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
          {shownDifference !== null && (
            <div className="glass absolute inset-x-0 top-3 mx-auto flex w-fit max-w-[calc(100%-2rem)] items-center gap-3 rounded-full px-4 py-2 text-sm">
              <span className="truncate text-fg">
                {suggested !== null
                  ? t("What would change")
                  : t("Against version {number}", { number: compared ?? 0 })}
              </span>
              <IconButton
                label={t("Stop comparing")}
                size="sm"
                quiet
                onClick={() => {
                  setSuggested(null);
                  setCompared(null);
                }}
              >
                <X />
              </IconButton>
            </div>
          )}
        </div>
        {!small && current !== null && (
          <section
            aria-label={current.title}
            className="flex w-84 shrink-0 2xl:w-96 flex-col border-line border-s bg-canvas/55 backdrop-blur-xl"
          >
            <header className="flex items-center justify-between px-4 pt-3 pb-2">
              <h2 className="font-display font-semibold text-fg text-sm">{current.title}</h2>
              <IconButton label={t("Close")} size="sm" quiet onClick={() => setPanel(null)}>
                <X />
              </IconButton>
            </header>
            <div className="scroll-quiet flex min-h-0 flex-1 flex-col overflow-y-auto px-4 pb-6">
              {current.body()}
            </div>
          </section>
        )}
        <PanelRail small={small} tools={tools} chosen={panel} onChoose={(name) => setPanel(name)} />
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
      {small && (
        <Dialog
          open={current !== null}
          onOpenChange={(now) => !now && setPanel(null)}
          title={current?.title ?? ""}
        >
          <div className="flex min-h-[40dvh] flex-col">{current?.body()}</div>
        </Dialog>
      )}
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
          onKeep={async (theirs) => {
            if (theirs.document === null) return;
            await ok(
              api.POST("/api/flows/{name}/versions", {
                params: { path: { name: flow.name } },
                body: {
                  document: theirs.document,
                  note: t("drawn by {name} at the same time", { name: theirs.madeBy }),
                  publish: false,
                },
              }),
            );
            await refresh();
          }}
        />
      )}
    </div>
  );
}

import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import {
  AlignCenterVertical,
  AlignStartVertical,
  ArrowLeft,
  CircleAlert,
  CircleCheck,
  Cloud,
  CloudAlert,
  Copy,
  Download,
  Ellipsis,
  FileUp,
  History,
  LayoutGrid,
  LoaderCircle,
  Maximize,
  MessageSquareText,
  PanelRight,
  Plus,
  Redo2,
  Rocket,
  Sparkles,
  Trash2,
  Undo2,
  Users,
  Variable,
  X,
} from "lucide-react";
import { type ChangeEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { api, ok, queries, type Schema } from "@/api";
import { useActions } from "@/app/actions";
import { t, tn } from "@/app/i18n";
import { Badge, Button, cn, Dialog, DropdownMenu, IconButton, toast } from "@/ui";
import { EDGE_KINDS } from "./kinds";
import { newNode } from "./model/beginnings";
import { difference } from "./model/diff";
import {
  documentOf,
  type FlowDocument,
  NoDocument,
  nodeOf,
  type Position,
  readFile,
  variablesOf,
} from "./model/document";
import {
  type Alignment,
  addEdge,
  addNode,
  aligned,
  connect,
  copied,
  copiedOf,
  mayLead,
  move,
  newEdge,
  paste,
  remove,
} from "./model/edits";
import type { Overlay } from "./model/graph";
import { arranged, NODE_WIDTH } from "./model/layout";
import { type Problem, troubleOf } from "./model/problems";
import type { DocumentSchema } from "./model/schema";
import type { Trail } from "./model/trail";
import { Canvas, type Selection } from "./parts/Canvas";
import { ConflictDialog, download, PublishDialog } from "./parts/Dialogs";
import { DifferenceList } from "./parts/DifferenceList";
import { Generating } from "./parts/Generating";
import { Inspector } from "./parts/Inspector";
import { NodePalette } from "./parts/Palette";
import { Problems } from "./parts/Problems";
import { Simulate } from "./parts/Simulate";
import { Testing } from "./parts/Testing";
import { Variables } from "./parts/Variables";
import { useVersion, Versions } from "./parts/Versions";
import { useCanvasKeys } from "./useCanvasKeys";
import { useChecked } from "./useChecked";
import { useDraft } from "./useDraft";
import { useEditor } from "./useEditor";
import { useOffers } from "./useOffers";
import { useSmall } from "./useSmall";

export interface EditorProps {
  flow: Schema["FlowShown"];
  schema: DocumentSchema;
  document: FlowDocument;
  /** Of the working copy; null: there is none. */
  revision: number | null;
  base: number | null;
  readOnly: boolean;
}

type PanelName = "form" | "variables" | "problems" | "versions" | "test" | "callers" | "words";
const NOTHING: Selection = { nodes: new Set(), edges: new Set() };
interface Loose {
  source: string;
  target: string | null;
  at: Position;
  screen: Position;
}

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

  const centre = useCallback((): Position => {
    const box = root.current?.querySelector(".react-flow")?.getBoundingClientRect();
    if (box === undefined) return { x: 0, y: 0 };
    const at = canvas.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
    return { x: at.x - NODE_WIDTH / 2, y: at.y - 60 };
  }, [canvas]);
  const add = useCallback(
    (type: string, at?: Position) => {
      const shape = schema.nodes.get(type);
      if (shape === undefined) return;
      const node = newNode(type, schema.least(shape), variablesOf(document)[0]?.name);
      // Behind the node that is chosen there is room; what leads nowhere yet leads to the new one.
      const [only] = selection.nodes.size === 1 ? [...selection.nodes] : [];
      const before = only === undefined ? undefined : canvas.getNode(only);
      const place =
        at ??
        (before === undefined ? centre() : { x: before.position.x + NODE_WIDTH + 88, y: before.position.y });
      const [next, id] = addNode(document, node, place);
      const free =
        at === undefined &&
        only !== undefined &&
        ["start", "say", "set", "code", "collect", "listen", "wait", "tool", "condition"].includes(
          nodeOf(document, only)?.type ?? "",
        ) &&
        !document.edges.some((edge) => edge.source === only && edge.type === "next");
      edit(() => (free && only !== undefined ? connect(next, only, "next", id)[0] : next));
      setSelection({ nodes: new Set([id]), edges: new Set() });
      setAdding(false);
      if (!small) open("form");
    },
    [schema, selection.nodes, canvas, centre, document, edit, small, open],
  );
  const removeChosen = useCallback(() => {
    if (readOnly || selection.nodes.size + selection.edges.size === 0) return;
    edit((now) => remove(now, selection.nodes, selection.edges));
    setSelection(NOTHING);
  }, [edit, selection, readOnly]);
  const put = useCallback(
    (text: string, by: Position): boolean => {
      const found = copiedOf(text);
      if (found === null || readOnly) return false;
      const [next, ids] = paste(document, found, by);
      edit(() => next);
      setSelection({ nodes: ids, edges: new Set() });
      return true;
    },
    [document, edit, readOnly],
  );
  const copyChosen = useCallback(() => {
    const found = copied(placed(document, canvas), selection.nodes);
    return found === null ? null : JSON.stringify(found);
  }, [document, canvas, selection.nodes]);
  const duplicate = useCallback(() => {
    const text = copyChosen();
    if (text !== null) put(text, { x: 48, y: 48 });
  }, [copyChosen, put]);
  const arrange = useCallback(() => {
    if (readOnly) return;
    edit((now) => move(now, arranged(now)));
    setTimeout(() => void canvas.fitView({ duration: 300, maxZoom: 1 }), 50);
  }, [edit, canvas, readOnly]);
  const align = useCallback(
    (how: Alignment) => {
      const boxes = canvas
        .getNodes()
        .filter((node) => selection.nodes.has(node.id))
        .map((node) => ({
          id: node.id,
          x: node.position.x,
          y: node.position.y,
          width: node.measured?.width ?? NODE_WIDTH,
          height: node.measured?.height ?? 120,
        }));
      edit((now) => move(now, aligned(boxes, how)));
    },
    [canvas, selection.nodes, edit],
  );
  const selectAll = useCallback(
    () => setSelection({ nodes: new Set(document.nodes.map((node) => node.id)), edges: new Set() }),
    [document],
  );
  useCanvasKeys(root, {
    undo: readOnly ? () => undefined : editor.undo,
    redo: readOnly ? () => undefined : editor.redo,
    remove: removeChosen,
    duplicate,
    selectAll,
    selectNone: () => setSelection(NOTHING),
    save: () => void draft.save(),
    arrange,
    showAll: () => void canvas.fitView({ duration: 300, maxZoom: 1 }),
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

  const keepVersion = useCallback(
    async (note: string, publish: boolean): Promise<number> => {
      const sent = document;
      const saved = await ok(
        api.POST("/api/flows/{name}/versions", {
          params: { path: { name: flow.name } },
          body: { document: sent, note, publish },
        }),
      );
      return saved.version;
    },
    [document, flow.name],
  );
  const refresh = useCallback(() => queries.invalidateQueries({ queryKey: ["flows"] }), []);
  async function publish(note: string, now: boolean) {
    const sent = document;
    const number = await keepVersion(note, now);
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
          params: { path: { name: flow.name } },
          body: { version: number },
        }),
      );
      await refresh();
      toast.ok(t("Version {number} is published.", { number }));
    } catch (error) {
      toast.error(error);
    }
  }
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
  const tools: { name: PanelName; icon: ReactNode; label: string; count?: number; bad?: boolean }[] = [
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
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1.5 border-line border-b bg-canvas/60 px-3 py-2 backdrop-blur-xl sm:px-4">
        <Button variant="ghost" size="sm" asChild className="px-2">
          <Link href="/flows" aria-label={t("All flows")}>
            <ArrowLeft className="rtl:-scale-x-100" />
          </Link>
        </Button>
        <div className="min-w-0">
          <h1 className="truncate font-display font-semibold text-base text-fg leading-tight">{flow.name}</h1>
          <SavedWord draft={draft.saved} readOnly={readOnly} />
        </div>
        {flow.published !== null && (
          <Badge tone="gold" className="hidden sm:inline-flex">
            {t("version {number} is live", { number: flow.published })}
          </Badge>
        )}
        <div className="ms-auto flex flex-wrap items-center gap-1">
          {!readOnly && (
            <>
              <IconButton label={t("Undo")} size="sm" disabled={!editor.mayUndo} onClick={editor.undo}>
                <Undo2 className="rtl:-scale-x-100" />
              </IconButton>
              <IconButton label={t("Redo")} size="sm" disabled={!editor.mayRedo} onClick={editor.redo}>
                <Redo2 className="rtl:-scale-x-100" />
              </IconButton>
              <IconButton label={t("Arrange")} size="sm" onClick={arrange} className="hidden sm:inline-flex">
                <LayoutGrid />
              </IconButton>
              {selection.nodes.size > 1 && (
                <DropdownMenu
                  trigger={
                    <IconButton label={t("Align")} size="sm">
                      <AlignStartVertical />
                    </IconButton>
                  }
                  entries={[
                    { label: t("Left edges"), onSelect: () => align("start") },
                    { label: t("Centres"), icon: <AlignCenterVertical />, onSelect: () => align("centre") },
                    { label: t("Right edges"), onSelect: () => align("end") },
                    "line",
                    { label: t("Top edges"), onSelect: () => align("top") },
                    { label: t("Middles"), onSelect: () => align("middle") },
                    { label: t("Bottom edges"), onSelect: () => align("bottom") },
                    "line",
                    { label: t("Spread across"), onSelect: () => align("across") },
                    { label: t("Spread down"), onSelect: () => align("down") },
                  ]}
                />
              )}
            </>
          )}
          <DropdownMenu
            trigger={
              <IconButton label={t("More")} size="sm">
                <Ellipsis />
              </IconButton>
            }
            entries={[
              {
                label: t("Show all"),
                icon: <Maximize />,
                keys: "Shift F",
                onSelect: () => void canvas.fitView({ duration: 300 }),
              },
              {
                label: t("Arrange"),
                icon: <LayoutGrid />,
                keys: "Shift L",
                disabled: readOnly,
                onSelect: arrange,
              },
              { label: t("Select all"), keys: "Ctrl A", onSelect: selectAll },
              {
                label: t("Duplicate"),
                icon: <Copy />,
                keys: "Ctrl D",
                disabled: selection.nodes.size === 0,
                onSelect: duplicate,
              },
              {
                label: t("Remove"),
                icon: <Trash2 />,
                keys: "Del",
                disabled: selection.nodes.size + selection.edges.size === 0,
                onSelect: removeChosen,
              },
              "line",
              {
                label: t("Import a file"),
                icon: <FileUp />,
                disabled: readOnly,
                onSelect: () => file.current?.click(),
              },
              { label: t("Export"), icon: <Download />, onSelect: () => download(document) },
            ]}
          />
          <span className="mx-1 hidden h-6 w-px bg-line sm:block" aria-hidden />
          <Button
            size="sm"
            icon={<MessageSquareText />}
            onClick={() => open("test")}
            aria-pressed={panel === "test"}
          >
            {t("Test")}
          </Button>
          {!readOnly && (
            <Button size="sm" variant="gold" icon={<Rocket />} onClick={() => setPublishing(true)}>
              {t("Publish")}
            </Button>
          )}
        </div>
      </header>
      <div className="flex min-h-0 flex-1">
        {!small && !readOnly && (
          <aside className="scroll-quiet hidden w-44 shrink-0 flex-col border-line border-e bg-canvas/40 p-2.5 xl:flex">
            <NodePalette schema={schema} onAdd={(type) => add(type)} />
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
            <div className="glass -translate-x-1/2 absolute top-3 left-1/2 flex max-w-[calc(100%-2rem)] items-center gap-3 rounded-full px-4 py-2 text-sm">
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
        <nav
          aria-label={t("Panels")}
          className={cn(
            "flex shrink-0 gap-1 border-line bg-canvas/70",
            small
              ? "absolute inset-x-0 bottom-0 z-10 justify-around border-t px-1 py-1.5 backdrop-blur-xl"
              : "w-12 flex-col items-center border-s py-2",
          )}
        >
          {tools.map((one) => (
            <span key={one.name} className="relative">
              <IconButton
                label={one.count ? `${one.label} (${one.count})` : one.label}
                size={small ? "md" : "sm"}
                pressed={panel === one.name}
                onClick={() => setPanel(panel === one.name ? null : one.name)}
              >
                {one.icon}
              </IconButton>
              {one.count !== undefined && one.count > 0 && (
                <span
                  aria-hidden
                  className={cn(
                    "figures pointer-events-none absolute -end-1 -top-1 grid h-4 min-w-4 place-items-center rounded-full px-1 font-semibold text-[0.625rem]",
                    one.bad ? "bg-bad-fill text-white" : "bg-warn text-canvas",
                  )}
                >
                  {one.count}
                </span>
              )}
            </span>
          ))}
        </nav>
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
        <NodePalette schema={schema} onAdd={(type) => add(type)} tight />
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

/** An edge that ended nowhere, or is taken on something else: what for, and to which node. */
function LooseDialog({
  loose,
  document,
  schema,
  onClose,
  onEdit,
  onSelect,
}: {
  loose: Loose | null;
  document: FlowDocument;
  schema: DocumentSchema;
  onClose: () => void;
  onEdit: (edit: (now: FlowDocument) => FlowDocument) => void;
  onSelect: (selection: Selection) => void;
}) {
  if (loose === null) return null;
  const { target, at } = loose;
  const [source = "", outlet] = loose.source.split("\n");
  if (target !== null)
    return (
      <Dialog open onOpenChange={(open) => !open && onClose()} title={t("When is it taken?")} size="sm">
        <ul className="grid gap-1">
          {Object.entries(EDGE_KINDS)
            .filter(([type]) =>
              source === "*" ? ["intent", "key", "timeout", "error"].includes(type) : true,
            )
            .map(([type, kind]) => (
              <li key={type}>
                <button
                  type="button"
                  className="flex w-full items-center gap-3 rounded-xl px-3 py-2 text-start hover:bg-hover"
                  onClick={() => {
                    const number = document.edges.length;
                    onEdit((now) => addEdge(now, newEdge(type, source, target))[0]);
                    onSelect({ nodes: new Set(), edges: new Set([number]) });
                    onClose();
                  }}
                >
                  <kind.icon className="size-4 text-gold-text" aria-hidden />
                  <span>
                    <span className="block text-fg text-sm">{kind.title()}</span>
                    <span className="block text-faint text-xs">{kind.about()}</span>
                  </span>
                </button>
              </li>
            ))}
        </ul>
      </Dialog>
    );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("What comes next?")} size="sm">
      <NodePalette
        schema={schema}
        tight
        onAdd={(type) => {
          const shape = schema.nodes.get(type);
          const node = newNode(
            type,
            shape === undefined ? {} : schema.least(shape),
            variablesOf(document)[0]?.name,
          );
          const [next, id] = addNode(document, node, { x: at.x, y: at.y - 24 });
          const made =
            outlet === undefined
              ? addEdge(next, newEdge("expression", source, id))[0]
              : connect(next, source, outlet, id)[0];
          onEdit(() => made);
          onSelect({ nodes: new Set([id]), edges: new Set() });
          onClose();
        }}
      />
    </Dialog>
  );
}

/** Nodes with the places where they are drawn, also those that were put nowhere. */
function placed(document: FlowDocument, canvas: ReturnType<typeof useReactFlow>): FlowDocument {
  const places = new Map(canvas.getNodes().map((node) => [node.id, node.position]));
  return move(document, places);
}

function SavedWord({ draft, readOnly }: { draft: ReturnType<typeof useDraft>["saved"]; readOnly: boolean }) {
  if (readOnly) return <p className="text-faint text-xs">{t("To look at")}</p>;
  const busy = draft.state === "saving" || draft.state === "changed";
  const Icon =
    draft.state === "failed" || draft.state === "conflict" ? CloudAlert : busy ? LoaderCircle : Cloud;
  const words = {
    saved: t("All changes are saved"),
    changed: t("Changed"),
    saving: t("Saving…"),
    failed: t("Not saved: it is tried again"),
    conflict: t("Changed elsewhere"),
  }[draft.state];
  return (
    <p
      className={cn("flex items-center gap-1.5 text-xs", Icon === CloudAlert ? "text-bad" : "text-faint")}
      role="status"
    >
      <Icon className={cn("size-3.5", busy && "animate-spin")} aria-hidden />
      {words}
    </p>
  );
}

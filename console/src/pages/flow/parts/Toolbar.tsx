import {
  AlignCenterVertical,
  AlignStartVertical,
  ArrowLeft,
  Copy,
  Download,
  Ellipsis,
  FileUp,
  LayoutGrid,
  Maximize,
  MessageSquareText,
  Redo2,
  Rocket,
  Trash2,
  Undo2,
} from "lucide-react";
import { Link } from "wouter";
import type { Schema } from "@/api";
import { t } from "@/app/i18n";
import { Badge, Button, DropdownMenu, IconButton } from "@/ui";
import type { Saved } from "../useDraft";
import type { Editor } from "../useEditor";
import type { Edits } from "../useEdits";
import type { Selection } from "./Canvas";
import { SavedWord } from "./SavedWord";

export interface ToolbarProps {
  flow: Schema["FlowShown"];
  saved: Saved;
  readOnly: boolean;
  editor: Editor;
  edits: Edits;
  selection: Selection;
  testing: boolean;
  onShowAll: () => void;
  onImport: () => void;
  onExport: () => void;
  onTest: () => void;
  onPublish: () => void;
}

/** The flow's name, how it stands, and what can be done with it. */
export function Toolbar({
  flow,
  saved,
  readOnly,
  editor,
  edits,
  selection,
  testing,
  onShowAll,
  onImport,
  onExport,
  onTest,
  onPublish,
}: ToolbarProps) {
  return (
    <header className="flex flex-wrap items-center gap-x-2 gap-y-1.5 border-line border-b bg-canvas/60 px-3 py-2 backdrop-blur-xl sm:px-4">
      <Button variant="ghost" size="sm" asChild className="px-2">
        <Link href="/flows" aria-label={t("All flows")}>
          <ArrowLeft className="rtl:-scale-x-100" />
        </Link>
      </Button>
      <div className="min-w-0">
        <h1 dir="auto" className="truncate font-display font-semibold text-base text-fg leading-tight">
          {flow.name}
        </h1>
        <SavedWord draft={saved} readOnly={readOnly} />
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
            <IconButton
              label={t("Arrange")}
              size="sm"
              onClick={edits.arrange}
              className="hidden sm:inline-flex"
            >
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
                  { label: t("Left edges"), onSelect: () => edits.align("start") },
                  {
                    label: t("Centres"),
                    icon: <AlignCenterVertical />,
                    onSelect: () => edits.align("centre"),
                  },
                  { label: t("Right edges"), onSelect: () => edits.align("end") },
                  "line",
                  { label: t("Top edges"), onSelect: () => edits.align("top") },
                  { label: t("Middles"), onSelect: () => edits.align("middle") },
                  { label: t("Bottom edges"), onSelect: () => edits.align("bottom") },
                  "line",
                  { label: t("Spread across"), onSelect: () => edits.align("across") },
                  { label: t("Spread down"), onSelect: () => edits.align("down") },
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
              onSelect: onShowAll,
            },
            {
              label: t("Arrange"),
              icon: <LayoutGrid />,
              keys: "Shift L",
              disabled: readOnly,
              onSelect: edits.arrange,
            },
            { label: t("Select all"), keys: "Ctrl A", onSelect: edits.selectAll },
            {
              label: t("Duplicate"),
              icon: <Copy />,
              keys: "Ctrl D",
              disabled: selection.nodes.size === 0,
              onSelect: edits.duplicate,
            },
            {
              label: t("Remove"),
              icon: <Trash2 />,
              keys: "Del",
              disabled: selection.nodes.size + selection.edges.size === 0,
              onSelect: edits.removeChosen,
            },
            "line",
            {
              label: t("Import a file"),
              icon: <FileUp />,
              disabled: readOnly,
              onSelect: onImport,
            },
            { label: t("Export"), icon: <Download />, onSelect: onExport },
          ]}
        />
        <span className="mx-1 hidden h-6 w-px bg-line sm:block" aria-hidden />
        <Button size="sm" icon={<MessageSquareText />} onClick={onTest} aria-pressed={testing}>
          {t("Test")}
        </Button>
        {!readOnly && (
          <Button size="sm" variant="gold" icon={<Rocket />} onClick={onPublish}>
            {t("Publish")}
          </Button>
        )}
      </div>
    </header>
  );
}

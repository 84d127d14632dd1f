import { useState } from "react";
import { t } from "@/app/i18n";
import { cn, SearchInput } from "@/ui";
import { type Family, kindOf } from "../kinds";
import { ANYWHERE } from "../model/document";
import type { DocumentSchema } from "../model/schema";
import { DRAGGED } from "./Canvas";

/** All nodes that there are: pressed, one is added; dragged, it stands where it is dropped. */
export function NodePalette({
  schema,
  onAdd,
  tight,
  anywhere,
}: {
  schema: DocumentSchema;
  onAdd: (type: string) => void;
  tight?: boolean;
  /** Also what holds at every node. */
  anywhere?: boolean;
}) {
  const [typed, setTyped] = useState("");
  const families: { id: Family; title: string }[] = [
    { id: "talks", title: t("Talk") },
    { id: "decides", title: t("Decide") },
    { id: "works", title: t("Do") },
    { id: "hands", title: t("Hand over") },
    { id: "ends", title: t("End") },
  ];
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const types = [...schema.nodes.keys()].filter((type) => type !== "start");
  const found = [...types, ...(anywhere ? [ANYWHERE] : [])].flatMap((type) => {
    const kind = kindOf(type);
    const text = `${type} ${kind.title()} ${kind.about()}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word)) ? [{ type, kind }] : [];
  });
  return (
    <section aria-label={t("Nodes")} className="flex min-h-0 flex-col gap-3">
      <SearchInput
        label={t("Find a node")}
        value={typed}
        onChange={setTyped}
        className="max-w-none flex-none"
      />
      <div className={cn("scroll-quiet min-h-0 space-y-3 overflow-y-auto", !tight && "pe-1")}>
        {families.map(({ id, title }) => {
          const kinds = found.filter((one) => one.kind.family === id);
          if (kinds.length === 0) return null;
          return (
            <div key={id}>
              <h3 className="mb-1 px-1 font-medium text-faint text-xs">{title}</h3>
              <ul className={cn("grid gap-0.5", tight && "gap-1 sm:grid-cols-2")}>
                {kinds.map(({ type, kind }) => (
                  <li key={type}>
                    <button
                      type="button"
                      draggable
                      title={kind.about()}
                      data-family={kind.family}
                      data-add={type}
                      onDragStart={(event) => {
                        event.dataTransfer.setData(DRAGGED, type);
                        event.dataTransfer.effectAllowed = "copy";
                      }}
                      onClick={() => onAdd(type)}
                      className="flex w-full items-center gap-2.5 rounded-xl border border-transparent px-1.5 py-1 text-start transition-colors hover:border-line-strong/50 hover:bg-hover"
                    >
                      <span className="grid size-7.5 shrink-0 place-items-center rounded-lg bg-(--kind)/16 text-(--kind)">
                        <kind.icon className="size-4" aria-hidden />
                      </span>
                      <span className="min-w-0 leading-tight">
                        <span className="block text-fg text-sm">{kind.title()}</span>
                        {tight && <span className="block truncate text-faint text-xs">{kind.about()}</span>}
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
        {found.length === 0 && <p className="px-1 text-muted text-sm">{t("Nothing fits what you typed.")}</p>}
      </div>
    </section>
  );
}

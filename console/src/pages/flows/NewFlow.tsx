import { useMutation, useQuery } from "@tanstack/react-query";
import { FilePlus2, FileUp, LayoutTemplate, Sparkles } from "lucide-react";
import { type ChangeEvent, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { api, ok, queries } from "@/api";
import { t, tn } from "@/app/i18n";
import { Badge, Button, Dialog, ErrorState, Field, Input, Skeleton, Tabs, toast } from "@/ui";
import { documentOf, type FlowDocument, NoDocument, readFile } from "../flow/model/document";
import { Generating } from "../flow/parts/Generating";
import { FlowPicture } from "./Picture";

export type Beginning = "template" | "words" | "empty" | "file";

/** A flow from a template, from plain words, from nothing, or out of a file. */
export function NewFlow({ begin, onClose }: { begin: Beginning | null; onClose: () => void }) {
  const [tab, setTab] = useState<Beginning>("template");
  const [words, setWords] = useState("");
  useEffect(() => {
    if (begin === null) setWords("");
    else setTab(begin);
  }, [begin]);
  return (
    <Dialog
      open={begin !== null}
      onOpenChange={(open) => !open && onClose()}
      unsaved={words.trim() !== ""}
      size="xl"
      title={t("New flow")}
      description={t("Begin with one that comes with VoiceForge, say what it shall do, or draw it yourself.")}
    >
      <Tabs
        label={t("How it begins")}
        value={tab}
        onChange={(value) =>
          setTab(value === "words" || value === "empty" || value === "file" ? value : "template")
        }
        tabs={[
          { value: "template", label: t("Template"), icon: <LayoutTemplate />, content: <FromTemplate /> },
          {
            value: "words",
            label: t("Describe it"),
            icon: <Sparkles />,
            content: <FromWords words={words} onWords={setWords} />,
          },
          { value: "empty", label: t("Empty"), icon: <FilePlus2 />, content: <FromNothing /> },
          { value: "file", label: t("File"), icon: <FileUp />, content: <FromFile /> },
        ]}
      />
    </Dialog>
  );
}

/** Opens what was made. */
function useOpen() {
  const [, go] = useLocation();
  return async (flow: string) => {
    await queries.invalidateQueries({ queryKey: ["flows"] });
    go(`/flows/${encodeURIComponent(flow)}`);
  };
}

function FromTemplate() {
  const open = useOpen();
  const list = useQuery({
    queryKey: ["flows", "templates"],
    queryFn: async ({ signal }) => {
      const names = await ok(api.GET("/api/flows/templates", { signal }));
      return Promise.all(
        names.map((one) =>
          ok(
            api.GET("/api/flows/templates/{template}", { params: { path: { template: one.name } }, signal }),
          ),
        ),
      );
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const take = useMutation({
    mutationFn: (template: string) =>
      ok(api.POST("/api/flows/import", { body: { template, note: "", publish: false } })),
    onSuccess: (made) => open(made.flow),
    onError: toast.error,
  });
  if (list.isLoadingError)
    return (
      <ErrorState
        error={list.error}
        title={t("The templates could not be loaded")}
        onRetry={() => void list.refetch()}
      />
    );
  if (list.isPending)
    return (
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3" data-skeleton>
        {[0, 1, 2, 3, 4, 5].map((at) => (
          <Skeleton key={at} className="h-52 rounded-2xl" />
        ))}
      </div>
    );
  return (
    <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      {list.data.map((one) => (
        <li key={one.name}>
          <TemplateCard
            name={one.name}
            about={one.about}
            needsModel={one.needs_model}
            found={one.document}
            busy={take.isPending && take.variables === one.name}
            onTake={() => take.mutate(one.name)}
          />
        </li>
      ))}
    </ul>
  );
}

function TemplateCard({
  name,
  about,
  needsModel,
  found,
  busy,
  onTake,
}: {
  name: string;
  about: string;
  needsModel: boolean;
  found: unknown;
  busy: boolean;
  onTake: () => void;
}) {
  const document = useMemo(() => documentOf(found), [found]);
  return (
    <button
      type="button"
      onClick={onTake}
      disabled={busy}
      className="group flex h-full w-full flex-col overflow-hidden rounded-2xl border border-line bg-hover text-start transition-colors hover:border-gold-text/60"
    >
      <span className="block h-32 w-full bg-linear-to-br from-primary-soft to-transparent p-3">
        <FlowPicture
          document={document}
          className="size-full transition-transform duration-200 group-hover:scale-[1.03]"
        />
      </span>
      <span className="flex flex-1 flex-col gap-1.5 px-4 py-3">
        <span className="flex items-center gap-2">
          <span className="font-display font-semibold text-fg">{name}</span>
          {needsModel && <Badge tone="info">{t("language model")}</Badge>}
        </span>
        <span dir="auto" className="line-clamp-3 text-muted text-xs leading-relaxed">
          {about}
        </span>
        <span className="figures mt-auto text-faint text-xs">
          {tn("{count} node", "{count} nodes", document.nodes.length)}
        </span>
      </span>
    </button>
  );
}

function FromWords({ words, onWords }: { words: string; onWords: (words: string) => void }) {
  const open = useOpen();
  // Whoever has closed the dialog is not taken to a flow that is drawn later; it stands in the list.
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  return (
    <Generating
      words={words}
      onWords={onWords}
      label={t("What shall the flow do?")}
      placeholder={t(
        "Ask for name and day of the appointment, read both back, and take a message when we are closed.",
      )}
      action={t("Draw it")}
      examples={[
        t("Ask for an order number, look nothing up, and take a message."),
        t("Ask how satisfied the caller is from one to five, and why."),
        t("Book a table: day, time, people; read it back."),
      ]}
      ask={() => ({ save: true })}
      onDrawn={(found) => {
        if (!shown.current) return void queries.invalidateQueries({ queryKey: ["flows"] });
        onWords("");
        void open(found.flow);
      }}
    />
  );
}

function FromNothing() {
  const open = useOpen();
  const [name, setName] = useState("");
  const make = useMutation({
    mutationFn: (flow: FlowDocument) =>
      ok(api.POST("/api/flows", { body: { document: flow, note: "", publish: false } })),
    onSuccess: (made) => open(made.flow),
  });
  const wrong = name !== "" && !/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/.test(name);
  return (
    <form
      className="max-w-md space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (name === "" || wrong) return;
        make.mutate({
          format: 1,
          name,
          nodes: [{ id: "start", type: "start", position: { x: 0, y: 0 } }],
          edges: [],
        });
      }}
    >
      <Field
        label={t("Name")}
        hint={t("Under which agents run it.")}
        error={
          wrong ? t("Letters, digits, '_' and '-', at most 60.") : make.error ? make.error.message : undefined
        }
        required
      >
        <Input
          value={name}
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
          placeholder="front-desk"
        />
      </Field>
      <Button variant="primary" type="submit" loading={make.isPending} disabled={name === "" || wrong}>
        {t("Draw it")}
      </Button>
    </form>
  );
}

function FromFile() {
  const open = useOpen();
  const file = useRef<HTMLInputElement>(null);
  const take = useMutation({
    mutationFn: (found: FlowDocument) =>
      ok(
        api.POST("/api/flows/import", { body: { document: found, template: "", note: "", publish: false } }),
      ),
    onSuccess: (made) => open(made.flow),
  });
  const [fault, setFault] = useState("");
  async function chosen(event: ChangeEvent<HTMLInputElement>) {
    const one = event.target.files?.[0];
    event.target.value = "";
    if (one === undefined) return;
    setFault("");
    try {
      take.mutate(readFile(await one.text()));
    } catch (error) {
      setFault(error instanceof NoDocument ? error.message : t("The file could not be read."));
    }
  }
  return (
    <div className="max-w-lg space-y-4">
      <p className="text-muted text-sm leading-relaxed">
        {t(
          "A JSON file as this page and voiceforge flows export write it. Where there is a flow of its name, it becomes that one's newest version.",
        )}
      </p>
      <Button
        variant="primary"
        icon={<FileUp />}
        loading={take.isPending}
        onClick={() => file.current?.click()}
      >
        {t("Choose a file")}
      </Button>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        onChange={(event) => void chosen(event)}
      />
      {(fault !== "" || take.error !== null) && (
        <ErrorState inline error={take.error ?? { message: fault }} title={t("It could not be imported")} />
      )}
    </div>
  );
}

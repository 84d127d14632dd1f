import { useQueryClient } from "@tanstack/react-query";
import { FileText, Globe, TextCursorInput, Upload } from "lucide-react";
import { type DragEvent, useId, useRef, useState } from "react";
import { ApiError, api, fetched, ok } from "@/api";
import { bytes } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { faultsOf } from "@/forms";
import { Badge, Button, cn, Dialog, Field, Input, Segmented, TextArea, toast } from "@/ui";

type Way = "file" | "text" | "url";
const KINDS = ".md,.markdown,.txt,.text,.html,.htm,.pdf";
const SHOWN = ["collection", "name", "text", "url", "file", "language"];

/** Adds documents to a collection: files, a text, or a page from its address. */
export function AddDialog({
  collection,
  names,
  onClose,
}: {
  collection: string;
  names: readonly string[];
  onClose: (collection: string) => void;
}) {
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const drop = useId();
  const [way, setWay] = useState<Way>("file");
  const [into, setInto] = useState(collection);
  const [files, setFiles] = useState<File[]>([]);
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const [url, setUrl] = useState("");
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [rest, setRest] = useState("");

  function take(given: FileList | null) {
    setFiles((now) => [...now, ...(given ? [...given] : [])]);
    setFaults({});
  }
  function dropped(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  }
  async function hand(file: File) {
    const form = new FormData();
    form.append("file", file, file.name);
    const path = `/api/knowledge/${encodeURIComponent(into)}/documents`;
    await fetched(path, { method: "POST", body: form });
  }
  async function add() {
    setFaults({});
    setRest("");
    if (!into.trim()) return setFaults({ collection: t("Name the collection: agents know it by that.") });
    if (way === "file" && files.length === 0) return setFaults({ file: t("Choose one or more files.") });
    setBusy(true);
    let added = 0;
    try {
      if (way === "file") {
        // One after the other: what was added stays when a later one cannot be.
        for (const file of files) {
          try {
            await hand(file);
            added += 1;
            setFiles((now) => now.filter((each) => each !== file));
          } catch (error) {
            if (error instanceof ApiError)
              throw new ApiError(error.status, error.code, `${file.name}: ${error.message}`, null);
            throw error;
          }
        }
      } else {
        const body = way === "text" ? { name, text, format: "markdown" as const } : { url, name };
        await ok(
          api.POST("/api/knowledge/{collection}/documents", {
            params: { path: { collection: into } },
            body: { language: "", ...body },
          }),
        );
        added = 1;
      }
      toast.ok(
        tn(
          "{count} document is added. It counts at once.",
          "{count} documents are added. They count at once.",
          added,
        ),
      );
      onClose(into);
    } catch (error) {
      const told = faultsOf(error, SHOWN);
      setFaults(told.fields);
      setRest(told.rest);
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: ["knowledge"] });
    }
  }
  return (
    <Dialog
      open
      unsaved={!busy && Boolean(files.length || name || text || url)}
      size="lg"
      onOpenChange={(open) => !open && onClose(collection)}
      title={collection ? t("Add to {collection}", { collection }) : t("New collection")}
      description={t(
        "Documents that agents search while they talk. A name that is there already is replaced.",
      )}
      onSubmit={() => void add()}
      footer={
        <>
          <Button variant="ghost" onClick={() => onClose(collection)}>
            {t("Cancel")}
          </Button>
          <Button type="submit" variant="primary" loading={busy}>
            {busy ? t("Reading…") : t("Add")}
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        {!collection && (
          <Field
            label={t("Collection")}
            required
            error={faults.collection}
            hint={t("Letters, digits, _ and -. An agent's tool is knowledge/NAME.")}
          >
            <Input
              value={into}
              dir="ltr"
              autoFocus
              placeholder="faq"
              list={`${drop}-names`}
              onChange={(event) => setInto(event.target.value)}
            />
          </Field>
        )}
        <datalist id={`${drop}-names`}>
          {names.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <Segmented
          label={t("What to add")}
          value={way}
          onChange={setWay}
          choices={[
            { value: "file", label: t("Files"), icon: <Upload /> },
            { value: "text", label: t("A text"), icon: <TextCursorInput /> },
            { value: "url", label: t("A page"), icon: <Globe /> },
          ]}
        />
        {way === "file" && (
          <div>
            {/* biome-ignore lint/a11y/noStaticElementInteractions: files may be dropped here; the button inside does the same */}
            <div
              onDragOver={(event) => {
                event.preventDefault();
                setOver(true);
              }}
              onDragLeave={() => setOver(false)}
              onDrop={dropped}
              className={cn(
                "rounded-2xl border-2 border-line-strong/60 border-dashed px-6 py-8 text-center transition-colors",
                over && "border-gold-text bg-gold-soft",
              )}
            >
              <Upload className="mx-auto mb-3 size-7 text-gold-text" aria-hidden />
              <p className="text-sm">
                {t("Drop files here, or")}{" "}
                <button
                  type="button"
                  className="rounded text-link underline"
                  onClick={() => input.current?.click()}
                >
                  {t("choose them")}
                </button>
              </p>
              <p className="mt-1 text-faint text-xs">
                {t("Markdown, text, HTML up to 16 MiB; PDF up to 32 MiB")}
              </p>
              <input
                ref={input}
                type="file"
                multiple
                accept={KINDS}
                aria-label={t("Files")}
                className="sr-only"
                tabIndex={-1}
                onChange={(event) => take(event.target.files)}
              />
            </div>
            {faults.file && (
              <p role="alert" className="mt-2 text-bad text-xs">
                {faults.file}
              </p>
            )}
            <ul className="mt-3 flex flex-wrap gap-2">
              {files.map((file) => (
                <li key={`${file.name} ${file.size}`}>
                  <Badge icon={<FileText />}>
                    {file.name} · {bytes(file.size)}
                  </Badge>
                </li>
              ))}
            </ul>
          </div>
        )}
        {way === "text" && (
          <>
            <Field label={t("Name")} required error={faults.name} hint={t("Under which it is quoted.")}>
              <Input
                value={name}
                placeholder={t("Opening hours")}
                onChange={(event) => setName(event.target.value)}
              />
            </Field>
            <Field
              label={t("Text")}
              required
              error={faults.text}
              hint={t("Markdown: headings stay with what stands below them.")}
            >
              <TextArea
                rows={10}
                value={text}
                placeholder={t("# Opening hours\nWe are open from nine to six…")}
                className="max-h-[40dvh]"
                onChange={(event) => setText(event.target.value)}
              />
            </Field>
          </>
        )}
        {way === "url" && (
          <>
            <Field
              label={t("Address")}
              required
              error={faults.url}
              hint={t(
                "A page, text or PDF that opens without a sign-in. It is read once; add it again when it has changed.",
              )}
            >
              <Input
                type="url"
                dir="ltr"
                value={url}
                placeholder="https://example.com/faq"
                onChange={(event) => setUrl(event.target.value)}
              />
            </Field>
            <Field label={t("Name")} error={faults.name} hint={t("Empty: as its address.")}>
              <Input value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
          </>
        )}
        {rest && (
          <p role="alert" className="break-words rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm">
            {rest}
          </p>
        )}
      </div>
    </Dialog>
  );
}

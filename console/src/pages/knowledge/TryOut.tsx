import { useMutation } from "@tanstack/react-query";
import { FileText, Search } from "lucide-react";
import { useState } from "react";
import { api, ok } from "@/api";
import { ms, number, percent } from "@/app/format";
import { t } from "@/app/i18n";
import { Badge, Button, Card, EmptyState, ErrorState, Input } from "@/ui";

/** Asks a collection as an agent does in a call. */
export function TryOut({ collection }: { collection: string }) {
  const [question, setQuestion] = useState("");
  const asked = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/knowledge/{collection}/search", {
          params: { path: { collection } },
          body: { question, most: 4 },
        }),
      ),
  });
  const found = asked.data;
  return (
    <Card
      className="self-start"
      title={t("Try it")}
      description={t("Ask as a caller would; this is what the agent is given.")}
    >
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (question.trim()) asked.mutate();
        }}
      >
        <Input
          aria-label={t("Question")}
          icon={<Search />}
          value={question}
          placeholder={t("When are you open on Sundays?")}
          onChange={(event) => setQuestion(event.target.value)}
        />
        <Button type="submit" variant="primary" loading={asked.isPending} disabled={!question.trim()}>
          {t("Ask")}
        </Button>
      </form>
      {asked.error && <ErrorState inline error={asked.error} className="mt-4" />}
      {found && (
        <div className="mt-5" aria-live="polite">
          <p className="mb-3 flex flex-wrap items-center gap-2 text-faint text-xs">
            <Badge tone={found.by === "words" ? "neutral" : "gold"}>
              {found.by === "words" ? t("by words") : t("by words and meaning")}
            </Badge>
            {ms(found.took_ms)}
            {found.why && <span className="break-words">{found.why}</span>}
          </p>
          {found.passages.length === 0 ? (
            <EmptyState
              className="py-8"
              icon={<Search />}
              title={t("Nothing fits")}
              text={t(
                "The agent would say that it does not know. Use words that the documents use, or add what is missing.",
              )}
            />
          ) : (
            <ol className="space-y-3">
              {found.passages.map((passage, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: in the order in which they were found
                <li key={at} className="rounded-xl bg-sunken p-4">
                  <p className="mb-2 flex flex-wrap items-center gap-2 text-sm">
                    <FileText className="size-4 shrink-0 text-gold-text" aria-hidden />
                    <span className="min-w-0 break-words font-medium">{passage.document}</span>
                    {passage.heading && (
                      <span className="min-w-0 break-words text-muted">{passage.heading}</span>
                    )}
                    {passage.page !== null && (
                      <span className="text-faint text-xs">{t("page {page}", { page: passage.page })}</span>
                    )}
                    <span className="ms-auto flex gap-1.5">
                      {passage.score > 0 && (
                        <Badge tone="primary">{t("words {share}", { share: percent(passage.score) })}</Badge>
                      )}
                      {passage.similarity !== null && (
                        <Badge tone="gold">
                          {t("meaning {value}", { value: number(passage.similarity, 2) })}
                        </Badge>
                      )}
                    </span>
                  </p>
                  <p
                    dir="auto"
                    className="line-clamp-6 whitespace-pre-line break-words text-muted text-sm leading-relaxed"
                  >
                    {passage.text}
                  </p>
                </li>
              ))}
            </ol>
          )}
        </div>
      )}
    </Card>
  );
}

import { useMutation, useQuery } from "@tanstack/react-query";
import { Link2, MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { api, ok, queries, type Schema } from "@/api";
import { relative } from "@/app/format";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import {
  Badge,
  Button,
  Card,
  CodeLine,
  ConfirmDialog,
  Dialog,
  EmptyState,
  ErrorState,
  SkeletonList,
  toast,
} from "@/ui";
import { browserName } from "./browserName";

type Browser = Schema["ConsoleSessionShown"];

/** The browsers that are signed in, and a way for another one. */
export function Browsers() {
  const { may, signOut } = useSession();
  const [leaving, setLeaving] = useState<Browser | null>(null);
  const [link, setLink] = useState<Schema["ConsoleLink"] | null>(null);
  const list = useQuery({
    queryKey: ["console", "sessions"],
    queryFn: ({ signal }) => ok(api.GET("/api/console/sessions", { signal })),
    enabled: may("admin"),
  });
  const makeLink = useMutation({
    mutationFn: () => ok(api.POST("/api/console/links")),
    onSuccess: setLink,
    onError: toast.error,
  });
  if (!may("admin")) return null;
  return (
    <Card
      flush
      title={t("Signed-in browsers")}
      description={t("Whoever is signed in stays so by a cookie, until it ends or you sign them out.")}
      actions={
        <Button size="sm" icon={<Link2 />} loading={makeLink.isPending} onClick={() => makeLink.mutate()}>
          {t("Sign in another browser")}
        </Button>
      }
    >
      {list.isPending ? (
        <SkeletonList rows={3} />
      ) : list.isLoadingError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data.items.length === 0 ? (
        <EmptyState
          icon={<MonitorSmartphone />}
          title={t("No browser is signed in")}
          text={t("You came with a key or the ADMIN_TOKEN itself.")}
          className="py-8"
        />
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {list.data.items.map((one) => (
            <li key={one.id} className="flex items-center gap-4 px-5 py-3 text-sm">
              <MonitorSmartphone className="size-4.5 shrink-0 text-faint" aria-hidden />
              <span className="min-w-0 flex-1">
                <span className="flex items-center gap-2 font-medium text-fg">
                  <span className="truncate">{browserName(one.browser)}</span>
                  {one.current && <Badge tone="gold">{t("this one")}</Badge>}
                </span>
                <span dir="auto" className="block truncate text-faint text-xs">
                  {t("from {source}, signed in {since}, until {end}", {
                    source: one.source,
                    since: relative(one.created_at),
                    end: relative(one.expires_at),
                  })}
                </span>
              </span>
              <Button size="sm" variant="ghost" onClick={() => setLeaving(one)}>
                {t("Sign out")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {leaving && (
        <ConfirmDialog
          open
          onOpenChange={() => setLeaving(null)}
          title={
            leaving.current
              ? t("Sign out this browser?")
              : t("Sign out {browser}?", { browser: browserName(leaving.browser) })
          }
          text={t("What is open there asks to sign in again.")}
          action={t("Sign out")}
          onConfirm={async () => {
            if (leaving.current) return signOut();
            await ok(api.DELETE("/api/console/sessions/{id}", { params: { path: { id: leaving.id } } }));
            await queries.invalidateQueries({ queryKey: ["console", "sessions"] });
          }}
        />
      )}
      <Dialog
        open={link !== null}
        onOpenChange={() => setLink(null)}
        title={t("Open this link in the other browser")}
        description={
          link
            ? t("It signs in one browser, once, and ends {when}.", {
                when: relative(Date.now() + link.expires_in_s * 1000),
              })
            : ""
        }
        footer={
          <Button variant="primary" onClick={() => setLink(null)}>
            {t("Done")}
          </Button>
        }
      >
        {link && <CodeLine text={link.url} label={t("Copy the link")} />}
      </Dialog>
    </Card>
  );
}

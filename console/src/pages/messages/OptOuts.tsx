import { Ban } from "lucide-react";
import { api, ok, useKeyset } from "@/api";
import { dateTime, phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { Button, EmptyState, ErrorState, Sheet, SkeletonList } from "@/ui";

/** Who wrote STOP. */
export function OptOuts({ onClose }: { onClose: () => void }) {
  const list = useKeyset(["messages", "opt-outs"], (cursor, signal) =>
    ok(api.GET("/api/telephony/messages/opt-outs", { params: { query: { limit: 100, cursor } }, signal })),
  );
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("Who wants no texts")}
      description={t("They wrote STOP to an account, and alone can take it back: by writing START.")}
    >
      {list.isPending ? (
        <SkeletonList />
      ) : list.isError && list.rows.length === 0 ? (
        <ErrorState inline error={list.error} onRetry={() => void list.refetch()} />
      ) : list.rows.length === 0 ? (
        <EmptyState
          icon={<Ban />}
          title={t("Nobody yet")}
          text={t("Who writes STOP alone is listed here, and gets no more texts by that account.")}
        />
      ) : (
        <>
          <ul className="divide-y divide-line" aria-label={t("Who wants no texts")}>
            {list.rows.map((one) => (
              <li key={`${one.account} ${one.number}`} className="py-3 text-sm">
                <p className="figures break-all font-medium text-fg">
                  {one.number.startsWith("+") ? phoneNumber(one.number) : t("a number that was erased")}
                </p>
                <p className="text-muted">
                  {one.word
                    ? t("wrote “{word}” to {account}, {when}", {
                        word: one.word,
                        account: one.account,
                        when: dateTime(one.at),
                      })
                    : t("to {account}, {when}", { account: one.account, when: dateTime(one.at) })}
                </p>
              </li>
            ))}
          </ul>
          {list.hasNextPage && (
            <Button size="sm" variant="ghost" loading={list.isFetchingNextPage} onClick={list.more}>
              {t("Show more")}
            </Button>
          )}
        </>
      )}
    </Sheet>
  );
}

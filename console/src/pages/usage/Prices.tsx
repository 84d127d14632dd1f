import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, ok } from "@/api";
import { Card, ErrorState, SkeletonList } from "@/ui";
import { type EnginePrice, EnginePrices } from "./EnginePrices";
import { type PhonePrice, PhonePrices } from "./PhonePrices";

/** What things cost: the tables that costs are worked out from. */
export function Prices() {
  const engines = useQuery({
    queryKey: ["prices"],
    queryFn: ({ signal }) => ok(api.GET("/api/usage/prices", { signal })),
    refetchOnWindowFocus: false,
  });
  const phones = useQuery({
    queryKey: ["phone prices"],
    queryFn: ({ signal }) => ok(api.GET("/api/usage/phone-prices", { signal })),
    refetchOnWindowFocus: false,
  });
  // What was saved is a new table, and its form begins anew; what is only read again takes no typed word away.
  const [enginesSaved, setEnginesSaved] = useState(0);
  const [phonesSaved, setPhonesSaved] = useState(0);
  return (
    <div className="space-y-5">
      <Loaded table={engines}>
        {({ prices }) => (
          <EnginePrices
            key={enginesSaved}
            prices={prices as EnginePrice[]}
            onSaved={() => setEnginesSaved(enginesSaved + 1)}
          />
        )}
      </Loaded>
      <Loaded table={phones}>
        {({ prices }) => (
          <PhonePrices
            key={phonesSaved}
            prices={prices as PhonePrice[]}
            onSaved={() => setPhonesSaved(phonesSaved + 1)}
          />
        )}
      </Loaded>
    </div>
  );
}

function Loaded<T>({ table, children }: { table: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (table.data !== undefined) return children(table.data);
  return (
    <Card>
      {table.error ? (
        <ErrorState error={table.error} onRetry={() => void table.refetch()} />
      ) : (
        <SkeletonList rows={3} />
      )}
    </Card>
  );
}

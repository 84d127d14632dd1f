import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok } from "@/api";
import { Loaded } from "@/parts/Loaded";
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
      <Loaded query={engines} lines={3} carded>
        {({ prices }) => (
          <EnginePrices
            key={enginesSaved}
            prices={prices as EnginePrice[]}
            onSaved={() => setEnginesSaved(enginesSaved + 1)}
          />
        )}
      </Loaded>
      <Loaded query={phones} lines={3} carded>
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

import { useQuery } from "@tanstack/react-query";
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
  // What was saved is a new table: its form begins anew.
  return (
    <div className="space-y-5">
      <Loaded query={engines} lines={3} carded>
        {({ prices }) => <EnginePrices key={engines.dataUpdatedAt} prices={prices as EnginePrice[]} />}
      </Loaded>
      <Loaded query={phones} lines={3} carded>
        {({ prices }) => <PhonePrices key={phones.dataUpdatedAt} prices={prices as PhonePrice[]} />}
      </Loaded>
    </div>
  );
}

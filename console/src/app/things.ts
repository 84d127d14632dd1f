// What the command palette finds besides pages: agents, flows, numbers and the like, by name. Asked for once somebody types.
import { useQueries } from "@tanstack/react-query";
import {
  agentsQuery,
  flowsQuery,
  keysQuery,
  knowledgeQuery,
  numbersQuery,
  routesQuery,
  trunksQuery,
} from "@/parts/data";
import { t } from "./i18n";
import { useSession } from "./session";

export interface Thing {
  id: string;
  label: string;
  /** Of what kind it is. */
  kind: string;
  /** Other words by which it is found. */
  words: string;
  href: string;
}

/** All that this session may see; nothing before `wanted`. */
export function useThings(wanted: boolean): Thing[] {
  const { session, may } = useSession();
  const on = wanted && session?.signed_in === true;
  const [agents, flows, numbers, routes, trunks, knowledge, keys] = useQueries({
    queries: [
      { ...agentsQuery, enabled: on && may("agents:read") },
      { ...flowsQuery, enabled: on && may("flows:read") },
      { ...numbersQuery, enabled: on && may("telephony:read") },
      { ...routesQuery, enabled: on && may("telephony:read") },
      { ...trunksQuery, enabled: on && may("telephony:read") },
      { ...knowledgeQuery, enabled: on && may("agents:read") },
      { ...keysQuery, enabled: on && may("admin") },
    ],
  });
  if (!on) return [];
  const thing = (kind: string, label: string, href: string, words = ""): Thing => ({
    id: href,
    label,
    kind,
    words,
    href,
  });
  const of = encodeURIComponent;
  return [
    ...(agents.data ?? []).map((one) =>
      thing(t("Agent"), one.name, `/agents?agent=${of(one.name)}`, one.flow ?? ""),
    ),
    ...(flows.data ?? []).map((one) => thing(t("Flow"), one.name, `/flows/${of(one.name)}`, one.about)),
    ...(numbers.data ?? []).map((one) =>
      thing(t("Number"), one.number, `/numbers?number=${of(one.number)}`, `${one.label} ${one.agent ?? ""}`),
    ),
    ...(routes.data ?? []).map((one) =>
      thing(t("Route"), one.label || one.pattern, `/numbers?view=routes&route=${one.id}`, one.pattern),
    ),
    ...(trunks.data ?? []).map((one) =>
      thing(t("Trunk"), one.name, `/trunks?trunk=${of(one.name)}`, one.host),
    ),
    ...(knowledge.data?.collections ?? []).map((one) =>
      thing(t("Knowledge"), one.name, `/knowledge?collection=${of(one.name)}`),
    ),
    ...(keys.data ?? []).map((one) => thing(t("Key"), one.name, "/keys", one.prefix)),
  ];
}

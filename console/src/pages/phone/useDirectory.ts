// Whom one can call from here: extensions, agents, and those of past calls.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ok } from "@/api";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import type { Entry } from "@/phone/directory";
import { useHistory } from "./useHistory";

export function useAgents() {
  const { may } = useSession();
  return useQuery({
    queryKey: ["agents", "phone"],
    queryFn: ({ signal }) => ok(api.GET("/api/agents", { params: { query: { limit: 200 } }, signal })),
    enabled: may("telephony:read"),
  });
}

/** Ours, by which calls can be shown. */
export function useNumbers() {
  const { may } = useSession();
  return useQuery({
    queryKey: ["numbers", "phone"],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/telephony/numbers", { params: { query: { limit: 200 } }, signal })),
    enabled: may("telephony:read"),
  });
}

export function useExtensions() {
  const { may } = useSession();
  return useQuery({
    queryKey: ["extensions"],
    queryFn: ({ signal }) => ok(api.GET("/api/telephony/extensions", { signal })),
    enabled: may("calls:read"),
    refetchInterval: 30_000,
  });
}

export function useDirectory(): readonly Entry[] {
  const { session } = useSession();
  const agents = useAgents();
  const extensions = useExtensions();
  const { entries } = useHistory();
  return useMemo(() => {
    const listed = (agents.data?.items ?? []).map(
      ({ name, fault }): Entry => ({
        kind: "agent",
        address: name,
        name,
        note: fault === "" ? t("Agent") : fault,
      }),
    );
    // What every server answers by itself; a guest is let in to no more.
    const own: Entry[] = [
      { kind: "agent", address: "demo", name: "demo", note: t("The demo agent: books a room") },
      { kind: "agent", address: "echo", name: "echo", note: t("Plays back what it hears") },
    ];
    const known = new Set(listed.map(({ address }) => address));
    const recent = entries.map(
      ({ party }): Entry => ({ kind: "recent", address: party, name: party, note: t("Recent") }),
    );
    const built = own.filter(
      ({ address }) => !known.has(address) && (address === "demo" || session?.signed_in),
    );
    const phones = (extensions.data ?? [])
      .filter(({ yours }) => !yours)
      .map(
        ({ extension, registered }): Entry => ({
          kind: "extension",
          address: extension,
          name: extension,
          note: registered ? t("Extension, can be called now") : t("Extension, not connected"),
        }),
      );
    return [...phones, ...listed, ...built, ...recent];
  }, [agents.data, extensions.data, entries, session]);
}

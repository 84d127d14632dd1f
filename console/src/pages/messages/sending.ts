// Sending a text: each has a key of its own, so that one whose answer was lost is not sent twice when it is tried again.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { ApiError, api, ok, type Schema } from "@/api";

export type Wanted = Omit<Schema["TextWanted"], "key">;

/** What was asked for, and under which key: the same words to the same number once more are the same text until it is known what became of them. */
export function useSending(onSent: (sent: Schema["TextSent"], wanted: Wanted) => void) {
  const queries = useQueryClient();
  const tried = useRef<{ what: string; key: string } | null>(null);
  return useMutation({
    mutationFn: (wanted: Wanted) => {
      const what = JSON.stringify(wanted);
      if (tried.current?.what !== what) tried.current = { what, key: crypto.randomUUID() };
      return ok(api.POST("/api/telephony/messages", { body: { ...wanted, key: tried.current.key } }));
    },
    onSuccess: (sent, wanted) => {
      tried.current = null;
      onSent(sent, wanted);
    },
    onError: (error) => {
      // What was refused is another text when it is sent again; only of what got no answer nobody knows.
      const told = error instanceof ApiError && error.status !== 0 && !error.code.startsWith("http_");
      if (told) tried.current = null;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["messages"] }),
  });
}

import { expect, it } from "vitest";
import { answerFault } from "./whip";

it("knows the API's errors by their codes, then by their status", () => {
  expect(answerFault(401, "token_spent", "").name).toBe("token");
  expect(answerFault(403, "wrong_origin", "").name).toBe("origin");
  expect(answerFault(403, "forbidden", "").name).toBe("not_allowed");
  expect(answerFault(404, "no_such_address", "").name).toBe("not_found");
  expect(answerFault(503, "audio_unreachable", "").name).toBe("no_media");
  expect(answerFault(503, "", "").name).toBe("server_away");
});

it("hands the API's words on", () => {
  expect(answerFault(400, "bad_offer", "the offer has no audio")).toEqual({
    name: "server_fault",
    said: "the offer has no audio",
  });
  expect(answerFault(409, "refused", "desk cannot answer: its model has no key")).toEqual({
    name: "refused",
    said: "desk cannot answer: its model has no key",
  });
  // Not that the server is away: it has answered.
  expect(answerFault(503, "switched_off", "Calls from browsers are switched off here.").name).toBe(
    "server_fault",
  );
  expect(answerFault(503, "unavailable", "No more than 300 calls.").name).toBe("unavailable");
});

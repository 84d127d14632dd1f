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

it("hands the API's words on where it has none of its own", () => {
  expect(answerFault(400, "bad_offer", "the offer has no audio")).toEqual({
    name: "server_fault",
    about: "the offer has no audio",
  });
});

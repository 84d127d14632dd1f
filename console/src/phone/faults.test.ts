import { describe, expect, it } from "vitest";
import { mediaFault } from "@/audio/fault";
import { credentialsFault, type Ending, endingFault, inWords, statusFault } from "./faults";

const ENDING: Ending = { by: "remote", status: 0, cause: "", phrase: "", reason: "" };

describe("what a call's end says", () => {
  it("is nothing when somebody hung up or gave up", () => {
    expect(endingFault({ ...ENDING, cause: "Terminated" }, "101", true)).toBeNull();
    expect(endingFault({ ...ENDING, by: "local", cause: "Canceled" }, "101", false)).toBeNull();
  });

  it("follows the SIP status", () => {
    const names = [403, 404, 480, 486, 488, 603].map((status) => statusFault(status, "101").name);
    expect(names).toEqual(["not_allowed", "not_found", "unavailable", "busy", "no_common_codec", "refused"]);
  });

  it("hands on what the server said where there is no word of ours", () => {
    const fault = endingFault(
      { ...ENDING, status: 599, cause: "SIP Failure Code", phrase: "Out of Lines" },
      "101",
      false,
    );
    expect(fault).toEqual({ name: "server_fault", said: "Out of Lines" });
  });

  it("says what the server ended it for, where that was nobody's wish", () => {
    const of = (reason: string) => endingFault({ ...ENDING, cause: "Terminated", reason }, "101", true);
    expect(of("hung up by callee")).toBeNull();
    expect(of("the server was stopped by server")?.name).toBe("server_stopped");
    expect(of("time limit reached by server")).toEqual({ name: "time_limit", about: "101" });
    // The call of before a server that was started anew: 481 (RFC 3261 section 12.2.1.2).
    expect(endingFault({ ...ENDING, by: "local", cause: "Dialog Error" }, "101", true)?.name).toBe(
      "call_lost",
    );
  });

  it("tells a lost call from one that never had audio", () => {
    const lost = { ...ENDING, by: "local", cause: "RTP Timeout" } as const;
    expect(endingFault(lost, "101", true)?.name).toBe("call_lost");
    expect(endingFault(lost, "101", false)?.name).toBe("no_media");
  });
});

describe("what the microphone's error says", () => {
  it("goes by the exception's name", () => {
    const of = (name: string) => mediaFault(new DOMException("", name)).name;
    expect(of("NotFoundError")).toBe("no_microphone");
    expect(of("NotAllowedError")).toBe("microphone_refused");
    expect(of("NotReadableError")).toBe("microphone_busy");
    expect(mediaFault(new TypeError("mediaDevices")).name).toBe("insecure");
    expect(mediaFault(undefined).name).toBe("microphone_busy");
  });
});

it("says why there are no credentials", () => {
  expect(credentialsFault(401, "session_ended").name).toBe("signed_out");
  expect(credentialsFault(403, "forbidden").name).toBe("not_allowed_to_register");
  expect(credentialsFault(429, "").name).toBe("too_many");
  expect(credentialsFault(502, "").name).toBe("server_away");
});

it("puts whom it is about into its words", () => {
  expect(inWords({ name: "busy", about: "Ada" }).title).toBe("Ada is busy");
  expect(inWords({ name: "refused", about: "Ada", said: "She has no key." })).toEqual({
    title: "Ada refused the call",
    help: "She has no key.",
  });
  expect(inWords({ name: "transfer", said: "Busy Here" }).help).toContain("Busy Here");
});

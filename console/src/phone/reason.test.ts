import { describe, expect, it } from "vitest";
import { reasonOf, reasonWithin } from "./reason";

describe("why something failed", () => {
  it("is the text of Reason, whatever stands beside it", () => {
    expect(reasonOf('SIP;cause=503;text="all engines are busy"')).toBe("all engines are busy");
    expect(reasonOf('Q.850;text = "gone.";cause=18')).toBe("gone");
  });

  it("stands in a sipfrag behind the status line", () => {
    const fragment = 'SIP/2.0 486 Busy Here\r\nReason: SIP;cause=486;text="she talks to somebody"\r\n';
    expect(reasonWithin(fragment)).toBe("she talks to somebody");
  });

  it("may be left out, or be nothing of the kind", () => {
    expect(reasonOf(undefined)).toBe("");
    expect(reasonOf("SIP;cause=503")).toBe("");
    expect(reasonWithin("SIP/2.0 486 Busy Here\r\n")).toBe("");
    expect(reasonWithin(null)).toBe("");
  });
});

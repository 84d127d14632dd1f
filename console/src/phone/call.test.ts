import { describe, expect, it } from "vitest";
import { advanced, type CallEvent, newCall, type PhoneCall, who } from "./call";

const OUT = newCall("1", "out", "101", "", 1000);
const IN = newCall("2", "in", "102", "Ada", 1000);
const through = (call: PhoneCall, ...events: CallEvent[]) => events.reduce(advanced, call);
const ENDED: CallEvent = { kind: "ended", at: 9000, fault: null, here: false };
const UP: CallEvent[] = [{ kind: "answered", at: 2000 }, { kind: "connected" }];

describe("a call out", () => {
  it("calls, alerts, is answered, is up and ends", () => {
    const states: string[] = [];
    let call = OUT;
    for (const event of [{ kind: "alerting" }, { kind: "early" }, ...UP, ENDED] as CallEvent[]) {
      call = advanced(call, event);
      states.push(call.state);
    }
    expect(states).toEqual(["alerting", "early", "connecting", "up", "ended"]);
    expect(call.answered).toBe(2000);
    expect(call.missed).toBe(false);
  });

  it("does not go back to ringing once it was answered", () => {
    const up = through(OUT, ...UP);
    expect(advanced(up, { kind: "alerting" })).toBe(up);
    expect(advanced(up, { kind: "answered", at: 5000 })).toBe(up);
  });
});

describe("a call in", () => {
  it("is missed when nobody here answered or refused it", () => {
    expect(advanced(IN, ENDED).missed).toBe(true);
    expect(advanced(IN, { ...ENDED, here: true } as CallEvent).missed).toBe(false);
    expect(through(IN, ...UP, ENDED).missed).toBe(false);
  });

  it("shows its name, else its number", () => {
    expect(who(IN)).toBe("Ada");
    expect(who(OUT)).toBe("101");
  });
});

describe("a call that is up", () => {
  const up = through(OUT, ...UP);

  it("is held and taken back", () => {
    const holding = advanced(up, { kind: "holding" });
    expect(holding.holding).toBe(true);
    const held = advanced(holding, { kind: "held", held: true });
    expect([held.held, held.holding]).toEqual([true, false]);
    expect(advanced(held, { kind: "held", held: false }).held).toBe(false);
  });

  it("remembers since when the network is away", () => {
    const lost = through(up, { kind: "lost", at: 5000 }, { kind: "lost", at: 6000 });
    expect(lost.lost).toBe(5000);
    expect(advanced(lost, { kind: "back" }).lost).toBeNull();
    expect(advanced(up, { kind: "back" })).toBe(up);
  });

  it("goes on after a transfer that failed, and says so", () => {
    const asked = advanced(up, { kind: "transfer", to: "103", step: "asked" });
    const failed = advanced(asked, { kind: "transfer_failed", why: "Busy Here" });
    expect([failed.state, failed.transfer, failed.fault?.name]).toEqual(["up", null, "transfer"]);
  });

  it("keeps the digits that were pressed, the last ones where they are many", () => {
    const pressed = through(up, { kind: "digit", digit: "1" }, { kind: "digit", digit: "#" });
    expect(pressed.digits).toBe("1#");
    expect(advanced({ ...up, digits: "1".repeat(64) }, { kind: "digit", digit: "2" }).digits).toHaveLength(
      64,
    );
  });
});

it("changes no more after its end", () => {
  const over = through(OUT, ...UP, ENDED);
  const late: CallEvent[] = [
    { kind: "held", held: true },
    { kind: "lost", at: 1 },
    { kind: "fault", fault: null },
    ENDED,
  ];
  for (const event of late) expect(advanced(over, event)).toBe(over);
});

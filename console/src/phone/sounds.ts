// What the softphone sounds, as its calls stand: the ring for those that come in, the ringing and busy tones of those that go out, keys. Each sound is begun once and ends by itself when the calls have moved on.
import type { Key } from "@/audio/dtmf";
import { ToneOutput } from "@/audio/tones";
import { Bell } from "./bell";
import { isOver, type PhoneCall, who } from "./call";
import { chosenDevice, type Role } from "./devices";

type Sound = { name: "none" | "ringback" | "busy" } | { name: "ring" | "knock"; from: string; call: string };

/** What is to be heard for these calls. A call that comes in goes before all else. */
export function soundOf(calls: readonly PhoneCall[], shown: string | null): Sound {
  const live = calls.filter((call) => !isOver(call));
  const ringing = live.find((call) => call.state === "ringing");
  if (ringing !== undefined) {
    const talking = live.some((call) => call.state !== "ringing");
    return { name: talking ? "knock" : "ring", from: who(ringing), call: ringing.id };
  }
  const seen = calls.find((call) => call.id === shown);
  if (seen?.state === "alerting") return { name: "ringback" };
  if (seen?.state === "ended" && seen.fault?.name === "busy") return { name: "busy" };
  return { name: "none" };
}

export class Sounds {
  readonly #bell = new Bell();
  readonly #ear = new ToneOutput();
  #now = "";

  follow(calls: readonly PhoneCall[], shown: string | null): void {
    const sound = soundOf(calls, shown);
    const now = JSON.stringify(sound);
    if (now === this.#now) return;
    this.hush();
    this.#now = now;
    if (sound.name === "ring" || sound.name === "knock") this.#bell.ring(sound.from, sound.name === "knock");
    else if (sound.name !== "none") this.#ear.repeat(sound.name);
  }

  hush(): void {
    this.#now = "";
    this.#bell.hush();
    this.#ear.hush();
  }

  key(key: Key): void {
    this.#ear.key(key);
  }

  /** Takes the devices that are chosen now; what is gone is left to the system's choice. */
  async devicesChanged(): Promise<void> {
    await chosen(this.#bell.tones, "ring");
    await chosen(this.#ear, "speaker");
  }

  async test(role: "speaker" | "ring"): Promise<void> {
    await (role === "ring" ? this.#bell.tones : this.#ear).once("test");
  }
}

async function chosen(output: ToneOutput, role: Role): Promise<void> {
  await output.choose(chosenDevice(role)).catch(() => output.choose("").catch(() => undefined));
}

// Microphones, loudspeakers and what rings: which there are, which were chosen, and what to do when one goes.
import { keep, kept } from "@/app/kept";
import { FaultError, microphone, SPEECH } from "@/audio/fault";

export type Role = "microphone" | "speaker" | "ring";

export interface Device {
  id: string;
  label: string;
}

export interface Devices {
  microphones: readonly Device[];
  speakers: readonly Device[];
  /** What was chosen, by role; "": the system's own choice. */
  chosen: Readonly<Record<Role, string>>;
  /** The browser tells names only once the microphone was permitted. */
  named: boolean;
  /** The page can choose where sound comes out (setSinkId). */
  choosable: boolean;
}

export const NO_DEVICES: Devices = {
  microphones: [],
  speakers: [],
  chosen: { microphone: "", speaker: "", ring: "" },
  named: false,
  choosable: false,
};

export function chosenDevice(role: Role): string {
  return kept(`phone.${role}`) ?? "";
}

export function chooseDevice(role: Role, id: string): void {
  keep(`phone.${role}`, id === "" ? null : id);
}

/** What is plugged in just now. */
export async function listDevices(): Promise<Devices> {
  const chosen = {
    microphone: chosenDevice("microphone"),
    speaker: chosenDevice("speaker"),
    ring: chosenDevice("ring"),
  };
  const choosable = typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;
  const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
  const of = (kind: MediaDeviceKind) =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== "" && device.deviceId !== "default")
      .filter((device) => device.deviceId !== "communications")
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return {
    microphones: of("audioinput"),
    speakers: of("audiooutput"),
    chosen,
    named: all.some((device) => device.label !== ""),
    choosable,
  };
}

/** Opens the microphone that was chosen, or any where that one is gone. Raises FaultError. */
export async function openMicrophone(id = chosenDevice("microphone")): Promise<MediaStream> {
  if (id === "") return microphone();
  try {
    return await microphone({ ...SPEECH, deviceId: { exact: id } });
  } catch (error) {
    if (error instanceof FaultError && error.fault.name === "no_microphone") return microphone();
    throw error;
  }
}

/** Told whenever something is plugged in or out; returns what ends that. */
export function watchDevices(changed: () => void): () => void {
  const media = navigator.mediaDevices;
  media?.addEventListener?.("devicechange", changed);
  return () => media?.removeEventListener?.("devicechange", changed);
}

/** Plays an element's sound on a device; on the system's own where that one is gone: then false. */
export async function playOn(element: HTMLAudioElement, id: string): Promise<boolean> {
  if (!("setSinkId" in element)) return true;
  try {
    // Whoever plays there already is not told that it was unplugged: the same id again is taken without a look (Audio Output Devices API, section 2.2).
    if (id !== "" && element.sinkId === id && !(await isPlugged(id))) throw new Error("unplugged");
    await element.setSinkId(id);
    return true;
  } catch {
    if (id !== "") await element.setSinkId("").catch(() => undefined);
    return false;
  }
}

async function isPlugged(id: string): Promise<boolean> {
  return (await navigator.mediaDevices.enumerateDevices()).some((device) => device.deviceId === id);
}

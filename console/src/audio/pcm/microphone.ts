// The microphone as frames of 20 ms (16 kHz, 16 bits, mono), and in words why there is none.
import { t } from "@/app/i18n";
import workletUrl from "./capture.worklet.ts?worker&url";
import { shown } from "./framer";

export type MicrophoneFault = "insecure" | "refused" | "missing" | "busy" | "unplugged" | "failed";

/** Why nothing is heard of who speaks. */
export class MicrophoneError extends Error {
  constructor(readonly fault: MicrophoneFault) {
    super(faultText(fault));
    this.name = "MicrophoneError";
  }

  /** How to mend it. */
  get detail(): string {
    return faultRemedy(this.fault);
  }
}

export interface MicrophoneHeard {
  frame: (pcm: ArrayBuffer) => void;
  /** 0 to 1 of what a meter shows, for 20 ms. */
  level: (shown: number) => void;
  /** It is gone: unplugged, or taken away by the browser. */
  ended: () => void;
}

export interface MicrophoneWish {
  device?: string;
  /** Echo cancelling, noise suppression and gain control of the browser's; else true. */
  processed?: boolean;
}

export class Microphone {
  private constructor(
    private readonly stream: MediaStream,
    private readonly source: MediaStreamAudioSourceNode,
    private readonly node: AudioWorkletNode,
  ) {}

  /** Asks for permission where that was not given yet. Throws MicrophoneError. */
  static async open(
    context: AudioContext,
    heard: MicrophoneHeard,
    wish: MicrophoneWish = {},
  ): Promise<Microphone> {
    const stream = await granted(wish);
    try {
      await context.audioWorklet.addModule(workletUrl);
      const source = context.createMediaStreamSource(stream);
      const node = new AudioWorkletNode(context, "capture", {
        numberOfOutputs: 0,
        channelCount: 1,
        channelCountMode: "explicit",
      });
      node.port.onmessage = ({ data }: MessageEvent<{ pcm: ArrayBuffer; level: number }>) => {
        heard.level(shown(data.level));
        heard.frame(data.pcm);
      };
      source.connect(node);
      for (const track of stream.getAudioTracks()) track.addEventListener("ended", () => heard.ended());
      return new Microphone(stream, source, node);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  close(): void {
    this.node.port.onmessage = null;
    this.source.disconnect();
    for (const track of this.stream.getTracks()) track.stop();
  }
}

async function granted(wish: MicrophoneWish): Promise<MediaStream> {
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices?.getUserMedia === undefined) throw new MicrophoneError("insecure");
  const processed = wish.processed ?? true;
  try {
    return await devices.getUserMedia({
      audio: {
        ...(wish.device && { deviceId: { exact: wish.device } }),
        channelCount: 1,
        echoCancellation: processed,
        noiseSuppression: processed,
        autoGainControl: processed,
      },
    });
  } catch (error) {
    throw new MicrophoneError(faultOf(error));
  }
}

/** What getUserMedia's errors mean (Media Capture and Streams, section 10.2). */
export function faultOf(error: unknown): MicrophoneFault {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}

export function faultText(fault: MicrophoneFault): string {
  switch (fault) {
    case "insecure":
      return t("This page may not use a microphone: it was not opened securely.");
    case "refused":
      return t("The browser may not use the microphone.");
    case "missing":
      return t("There is no microphone.");
    case "busy":
      return t("The microphone is in use by another program.");
    case "unplugged":
      return t("The microphone is gone.");
    case "failed":
      return t("The microphone could not be opened.");
  }
}

function faultRemedy(fault: MicrophoneFault): string {
  switch (fault) {
    case "insecure":
      return t("Open it by https://, or on this machine by http://localhost.");
    case "refused":
      return t("Allow it by the sign beside the address, then try again. Typed words work without it.");
    case "missing":
      return t("Plug one in and try again, or type: choose the mode Text.");
    case "busy":
      return t("Close that program, or choose another microphone, and try again.");
    case "unplugged":
      return t("Plug it in again. The conversation goes on; you may type meanwhile.");
    case "failed":
      return t("Try again; another microphone may help.");
  }
}

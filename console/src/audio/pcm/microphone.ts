// The microphone as frames of 20 ms (16 kHz, 16 bits, mono).
import { microphone, SPEECH } from "../fault";
import workletUrl from "./capture.worklet.ts?worker&url";
import { shown } from "./framer";

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

  /** Asks for permission where that was not given yet. Throws FaultError. */
  static async open(
    context: AudioContext,
    heard: MicrophoneHeard,
    wish: MicrophoneWish = {},
  ): Promise<Microphone> {
    const { device, processed = true } = wish;
    const stream = await microphone({
      ...SPEECH,
      ...(device && { deviceId: { exact: device } }),
      echoCancellation: processed,
      noiseSuppression: processed,
      autoGainControl: processed,
    });
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

// In the audio thread: the microphone as frames of 20 ms at 16 kHz.
import { Framer } from "./framer";
import { Resampler } from "./resampler";

const RATE = 16_000;
const FRAME = RATE / 50;

class Capture extends AudioWorkletProcessor {
  private readonly resampler = new Resampler(sampleRate, RATE);
  private readonly framer = new Framer(FRAME);

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    if (channel !== undefined)
      for (const { samples, level } of this.framer.push(this.resampler.process(channel)))
        this.port.postMessage({ pcm: samples.buffer, level }, [samples.buffer]);
    return true;
  }
}

registerProcessor("capture", Capture);

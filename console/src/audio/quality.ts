// How a call sounds, from the browser's own figures (getStats, W3C webrtc-stats): the E-model (ITU-T G.107) reduced to delay and loss, as mediaserver/rtp/mos.py does it.

const R_BEST = 93.2;
/** Bpl of G.711 with loss concealment (ITU-T G.113, appendix I). */
const LOSS_ROBUSTNESS = 25.1;
const KNEE_MS = 177.3;
const FRAME_MS = 20;

/** Mean opinion score 1.0..4.4. `lossPct` 0..100; `delayMs`: network, buffer and packetisation, one way. */
export function mos(lossPct: number, delayMs: number): number {
  const loss = Math.min(Math.max(lossPct, 0), 100);
  const delay = Math.max(delayMs, 0);
  const slow = 0.024 * delay + (delay > KNEE_MS ? 0.11 * (delay - KNEE_MS) : 0);
  const r = Math.max(0, R_BEST - slow - (95 * loss) / (loss + LOSS_ROBUSTNESS));
  return Math.max(1, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r));
}

/** Counters of a call at one moment; null: the browser does not say. */
export interface Sample {
  at: number;
  received: number;
  lost: number;
  bytesIn: number;
  bytesOut: number;
  jitterMs: number | null;
  roundTripMs: number | null;
  /** Sum over all samples played, in seconds, and their count: what the buffer has added. */
  bufferS: number;
  played: number;
  concealed: number;
  samples: number;
  codec: string;
  path: string;
}

/** How the call was over the last seconds. */
export interface Quality {
  mos: number;
  jitterMs: number | null;
  lossPct: number;
  roundTripMs: number | null;
  bufferMs: number | null;
  concealedPct: number;
  kbitIn: number;
  kbitOut: number;
  codec: string;
  /** `relay` when it goes by a TURN server, else `host`, `srflx`, `prflx`. */
  path: string;
}

export type Grade = "good" | "fair" | "bad";

/** In the words of ITU-T G.109: satisfied, some dissatisfied, many. */
export function grade(score: number): Grade {
  if (score >= 4.0) return "good";
  return score >= 3.4 ? "fair" : "bad";
}

/** What happened between two samples; null while nothing has come. */
export function between(before: Sample, now: Sample): Quality | null {
  const seconds = (now.at - before.at) / 1000;
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  if (seconds <= 0 || received < 0 || now.received === 0) return null;
  const lossPct = received + lost > 0 ? (100 * lost) / (received + lost) : 100;
  const played = now.played - before.played;
  const bufferMs = played > 0 ? (1000 * (now.bufferS - before.bufferS)) / played : null;
  const made = now.samples - before.samples;
  const concealedPct = made > 0 ? (100 * (now.concealed - before.concealed)) / made : 0;
  const delay = (now.roundTripMs ?? 0) / 2 + (bufferMs ?? now.jitterMs ?? 0) + FRAME_MS;
  return {
    mos: mos(lossPct, delay),
    jitterMs: now.jitterMs,
    lossPct,
    roundTripMs: now.roundTripMs,
    bufferMs,
    concealedPct: Math.max(0, concealedPct),
    kbitIn: (8 * (now.bytesIn - before.bytesIn)) / seconds / 1000,
    kbitOut: (8 * (now.bytesOut - before.bytesOut)) / seconds / 1000,
    codec: now.codec,
    path: now.path,
  };
}

type Entry = Record<string, unknown>;

/** The figures of an audio connection out of its statistics. */
export function sampled(report: Iterable<[string, unknown]>): Sample {
  const entries = new Map<string, Entry>();
  for (const [id, entry] of report)
    if (typeof entry === "object" && entry !== null) entries.set(id, entry as Entry);
  const all = [...entries.values()];
  const audio = (type: string) =>
    all.find((entry) => entry.type === type && (entry.kind ?? "audio") === "audio");
  const inbound = audio("inbound-rtp");
  const outbound = audio("outbound-rtp");
  const remote = audio("remote-inbound-rtp");
  const pair = chosenPair(all, entries);
  const trip = figure(pair?.currentRoundTripTime) ?? figure(remote?.roundTripTime);
  const jitter = figure(inbound?.jitter);
  return {
    at: figure(inbound?.timestamp) ?? figure(pair?.timestamp) ?? 0,
    received: figure(inbound?.packetsReceived) ?? 0,
    lost: figure(inbound?.packetsLost) ?? 0,
    bytesIn: figure(inbound?.bytesReceived) ?? 0,
    bytesOut: figure(outbound?.bytesSent) ?? 0,
    jitterMs: jitter === null ? null : 1000 * jitter,
    roundTripMs: trip === null ? null : 1000 * trip,
    bufferS: figure(inbound?.jitterBufferDelay) ?? 0,
    played: figure(inbound?.jitterBufferEmittedCount) ?? 0,
    concealed: figure(inbound?.concealedSamples) ?? 0,
    samples: figure(inbound?.totalSamplesReceived) ?? 0,
    codec: codecName(entries.get(text(inbound?.codecId) || text(outbound?.codecId))),
    path: text(entries.get(text(pair?.localCandidateId))?.candidateType),
  };
}

function chosenPair(all: readonly Entry[], entries: ReadonlyMap<string, Entry>): Entry | undefined {
  const transport = all.find((entry) => entry.type === "transport");
  const chosen = entries.get(text(transport?.selectedCandidatePairId));
  return chosen ?? all.find((entry) => entry.type === "candidate-pair" && entry.nominated === true);
}

function codecName(codec: Entry | undefined): string {
  const name = text(codec?.mimeType).replace(/^audio\//i, "");
  return name.toLowerCase() === "opus" ? "Opus" : name;
}

function figure(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Looks at a connection once a second and tells how it was over the last five. */
export class QualityWatch {
  readonly #samples: Sample[] = [];
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(connection: RTCPeerConnection, told: (quality: Quality) => void) {
    const look = async () => {
      const report = await connection.getStats().catch(() => null);
      if (report === null || this.#timer === null) return;
      const quality = this.add(sampled(report as unknown as Iterable<[string, unknown]>));
      if (quality !== null) told(quality);
    };
    this.#timer = setInterval(look, 1000);
  }

  add(sample: Sample): Quality | null {
    this.#samples.push(sample);
    if (this.#samples.length > 6) this.#samples.shift();
    const first = this.#samples[0];
    return first === undefined || first === sample ? null : between(first, sample);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

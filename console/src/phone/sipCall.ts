// One call over SIP: a JsSIP session, its audio and its figures. It turns JsSIP's events into CallEvents and keeps the call where JsSIP would end it for a network that is away.
import type { RTCSession, TerminateOptions } from "jssip/lib/RTCSession";
import { FaultError, noMedia } from "@/audio/fault";
import { QualityWatch } from "@/audio/quality";
import { Recovery } from "@/audio/recovery";
import type { CallEvent } from "./call";
import { chosenDevice, openMicrophone, playOn } from "./devices";
import { type Ending, endingFault, type Fault } from "./faults";
import { reasonOf, reasonWithin } from "./reason";
import { hostOf } from "./target";

/** The header by which the server says what the API calls this call. */
export const CALL_ID_HEADER = "X-VoiceForge-Call";

/** What JsSIP ends calls for that may be kept: the network, not the other side. */
const KEEPABLE = new Set(["RTP Timeout", "Connection Error", "Request Timeout", "WebRTC Error"]);

interface Told {
  originator: string;
  cause?: string;
  message?: {
    status_code?: number;
    reason_phrase?: string;
    getHeader?: (name: string) => string | undefined;
  } | null;
}

export class SipCall {
  readonly #session: RTCSession;
  readonly #tell: (event: CallEvent) => void;
  readonly #about: () => string;
  readonly #speaker = new Audio();
  readonly #recovery: Recovery;
  readonly #end: (options?: TerminateOptions) => void;
  #microphone: MediaStream | null = null;
  #quality: QualityWatch | null = null;
  #connection: RTCPeerConnection | null = null;
  /** The server, as it names itself in this call: names in a transfer are its own, whatever the page's host is. */
  #there = "";
  #answered = false;
  /** A change of hold is under way; its failure must not end the call. */
  #changing = false;
  #restarting = false;
  #over = false;
  /** Its audio has found its way before. */
  #heardOnce = false;
  /** What we ended it for ourselves. */
  #fault: Fault | null = null;
  /** The loudspeaker that was chosen is gone: another one plays. */
  #astray = false;

  /** `about`: whom the call is with, for what is said of its end. */
  constructor(session: RTCSession, about: () => string, tell: (event: CallEvent) => void) {
    this.#session = session;
    this.#about = about;
    this.#tell = tell;
    this.#speaker.autoplay = true;
    this.#end = session.terminate.bind(session);
    session.terminate = (options) => this.#asked(options);
    this.#recovery = new Recovery({
      restart: () => this.#restart(),
      told: (lost) => tell(lost ? { kind: "lost", at: Date.now() } : { kind: "back" }),
      giveUp: () => this.#finish({ cause: "RTP Timeout", status_code: 408 }),
    });
    this.#listen();
  }

  get session(): RTCSession {
    return this.#session;
  }

  get there(): string {
    return this.#there;
  }

  /** What the other side's first message says of it. */
  learn(header: (name: string) => string): void {
    this.#there = hostOf(header("Contact")) || this.#there;
  }

  get microphone(): MediaStream | null {
    return this.#microphone;
  }

  /** What comes from the other side, once there is something. */
  get heard(): MediaStream | null {
    return this.#speaker.srcObject instanceof MediaStream ? this.#speaker.srcObject : null;
  }

  /** The microphone of a call out, which was opened before it. */
  uses(microphone: MediaStream): void {
    this.#microphone = microphone;
    this.#watchMicrophone();
  }

  async answer(iceServers: RTCIceServer[]): Promise<void> {
    const microphone = await openMicrophone();
    if (this.#over || this.#session.isEnded()) {
      stopped(microphone);
      return;
    }
    this.uses(microphone);
    this.#session.answer({ mediaStream: microphone, pcConfig: { iceServers } });
  }

  hangUp(status = 0): void {
    if (!this.#over) this.#finish(status === 0 ? {} : { status_code: status });
  }

  mute(muted: boolean): void {
    if (muted) this.#session.mute({ audio: true });
    else this.#session.unmute({ audio: true });
    this.#tell({ kind: "muted", muted });
  }

  hold(held: boolean): void {
    if (this.#session.isOnHold().local === held || this.#recovery.lost) return;
    this.#changing = true;
    const done = () => {
      this.#changing = false;
      this.#tell({ kind: "held", held });
    };
    const begun = held ? this.#session.hold({}, done) : this.#session.unhold({}, done);
    if (begun) this.#tell({ kind: "holding" });
    else this.#changing = false;
  }

  /** In the audio stream (RFC 4733) where both sides can, else by INFO. */
  digit(digit: string): void {
    const sender = this.#connection?.getSenders().find(({ track }) => track?.kind === "audio");
    const byInfo = sender?.dtmf?.canInsertDTMF !== true;
    type Transport = NonNullable<Parameters<RTCSession["sendDTMF"]>[1]>["transportType"];
    const transportType = (byInfo ? "INFO" : "RFC2833") as Transport;
    this.#session.sendDTMF(digit, { transportType, duration: 120, interToneGap: 70 });
    this.#tell({ kind: "digit", digit });
  }

  /** Has the other side called by `uri`; with `instead`, in the place of that call of ours (RFC 3891). `shown`: who that is. */
  transfer(uri: string, shown: string, instead?: SipCall): void {
    const failed = (why: string) => this.#tell({ kind: "transfer_failed", why });
    const step = (name: "trying" | "ringing") => () =>
      this.#tell({ kind: "transfer", to: shown, step: name });
    type Refused = { response?: Told["message"] };
    type Failed = { request?: { body?: string | null }; status_line?: { reason_phrase?: string } };
    this.#session.refer(uri, {
      ...(instead && { replaces: instead.session }),
      eventHandlers: {
        trying: step("trying"),
        progress: step("ringing"),
        accepted: () => this.hangUp(),
        requestFailed: ({ response }: Refused) =>
          failed(reasonOf(response?.getHeader?.("Reason")) || (response?.reason_phrase ?? "")),
        failed: ({ request, status_line }: Failed) =>
          failed(reasonWithin(request?.body) || (status_line?.reason_phrase ?? "")),
      },
    });
    this.#tell({ kind: "transfer", to: shown, step: "asked" });
  }

  /** Plays on the loudspeaker that is chosen now; says so when that is gone, and when it is back. */
  async speakerChanged(): Promise<void> {
    const there = await playOn(this.#speaker, chosenDevice("speaker"));
    if (there === !this.#astray) return;
    this.#astray = !there;
    this.#tell({ kind: "fault", fault: there ? null : { name: "speaker_gone" } });
  }

  /** Speaks into the microphone that is chosen now, without a word to the other side. Raises FaultError. */
  async microphoneChanged(): Promise<void> {
    const microphone = await openMicrophone();
    const track = microphone.getAudioTracks()[0];
    const sender = this.#connection
      ?.getSenders()
      .find((one) => one.track === null || one.track.kind === "audio");
    if (this.#over || track === undefined || sender === undefined) {
      stopped(microphone);
      return;
    }
    track.enabled = this.#session.isMuted().audio !== true && !this.#session.isOnHold().local;
    await sender.replaceTrack(track);
    stopped(this.#microphone);
    this.uses(microphone);
    this.#tell({ kind: "fault", fault: null });
  }

  /** The way for SIP went, or is back. */
  signalling(up: boolean): void {
    if (this.#answered) this.#recovery.signalling(up);
  }

  #listen(): void {
    const session = this.#session;
    if (session.connection) this.#connected(session.connection);
    session.on("peerconnection", ({ peerconnection }) => this.#connected(peerconnection));
    // The server finds our addresses by our checks (RFC 8445 7.3.1.3): there is no need to wait for all of them.
    session.on("icecandidate", ({ ready }) => ready());
    session.on("progress", (event: Told) => this.#progress(event));
    session.on("accepted", (event: Told) => {
      this.#serverId(event.message ?? (event as { response?: Told["message"] }).response);
      this.#answered = true;
      this.#tell({ kind: "answered", at: Date.now() });
      this.#settled();
    });
    session.on("hold", ({ originator }) => {
      if (String(originator) === "remote") this.#tell({ kind: "held_there", held: true });
    });
    session.on("unhold", ({ originator }) => {
      if (String(originator) === "remote") this.#tell({ kind: "held_there", held: false });
    });
    session.on("ended", (event) => this.#closed(event as unknown as Told));
    session.on("failed", (event) => this.#closed(event as unknown as Told));
    // The server does transfers itself: it asks no browser for one.
    session.on("refer", ({ reject }) => reject());
    session.on("replaces", ({ reject }) => reject());
  }

  #progress(event: Told): void {
    const response = (event as { response?: Told["message"] & { body?: string } }).response;
    if (event.originator !== "remote" || !response) return;
    this.#serverId(response);
    if (response.body) this.#tell({ kind: "early" });
    else if (response.status_code === 180) this.#tell({ kind: "alerting" });
  }

  #serverId(message: Told["message"] | undefined): void {
    this.learn((name) => message?.getHeader?.(name) ?? "");
    const id = message?.getHeader?.(CALL_ID_HEADER) ?? "";
    if (/^[0-9a-f-]{36}$/i.test(id)) this.#tell({ kind: "server_id", id });
  }

  #connected(connection: RTCPeerConnection): void {
    if (this.#connection === connection) return;
    this.#connection = connection;
    connection.addEventListener("track", ({ track, streams }) => {
      this.#speaker.srcObject = streams[0] ?? new MediaStream([track]);
      void this.speakerChanged();
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      if (!this.#answered) return;
      // There is nothing to keep of a call that never had audio.
      if (!this.#heardOnce && connection.iceConnectionState === "failed") this.#finishWithoutMedia();
      else this.#recovery.media(connection.iceConnectionState);
    });
    connection.addEventListener("connectionstatechange", () => this.#settled());
    this.#quality = new QualityWatch(connection, (quality) => this.#tell({ kind: "quality", quality }));
  }

  /** Answered, and its audio has found its way: in either order. */
  #settled(): void {
    if (!this.#answered || this.#connection?.connectionState !== "connected") return;
    this.#heardOnce = true;
    this.#tell({ kind: "connected" });
  }

  #restart(): boolean {
    if (this.#restarting || !this.#session.isReadyToReOffer()) return false;
    this.#restarting = true;
    const done = () => {
      this.#restarting = false;
      this.#recovery.restarted();
    };
    const begun = this.#session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, done);
    if (!begun) this.#restarting = false;
    return begun;
  }

  /** JsSIP, or this class by `terminate`, wants the call ended. */
  #asked(options: TerminateOptions = {}): void {
    const cause = String(options.cause ?? "");
    if (!this.#answered || this.#over || !KEEPABLE.has(cause)) {
      this.#end(options);
      return;
    }
    if (this.#changing && cause === "WebRTC Error") this.#holdFailed();
    else if (this.#restarting || cause === "RTP Timeout" || cause === "Connection Error") {
      this.#restarting = false;
      this.#changing = false;
      this.#recovery.media("failed");
    } else this.#end(options);
  }

  /** JsSIP thinks that it holds (or not): it is brought back to what the other side knows. */
  #holdFailed(): void {
    this.#changing = false;
    this.#tell({ kind: "fault", fault: { name: "hold" } });
    const { local } = this.#session.isOnHold();
    if (local) this.#session.unhold();
    else this.#session.hold();
  }

  #finishWithoutMedia(): void {
    this.#fault = noMedia(this.#connection?.remoteDescription?.sdp ?? "");
    this.#finish({ cause: "RTP Timeout", status_code: 408 });
  }

  #finish(options: TerminateOptions): void {
    if (this.#session.isEnded()) return;
    this.#end(options);
  }

  #closed({ originator, cause = "", message }: Told): void {
    if (this.#over) return;
    this.#over = true;
    const ending: Ending = {
      by: originator === "local" || originator === "remote" ? originator : "system",
      status: message?.status_code ?? 0,
      cause,
      phrase: message?.reason_phrase ?? "",
      reason: reasonOf(message?.getHeader?.("Reason")),
    };
    this.#recovery.close();
    this.#quality?.close();
    stopped(this.#microphone);
    this.#speaker.srcObject = null;
    const fault: Fault | null = this.#fault ?? endingFault(ending, this.#about(), this.#answered);
    this.#tell({ kind: "ended", at: Date.now(), fault, here: originator === "local" });
  }

  #watchMicrophone(): void {
    const track = this.#microphone?.getAudioTracks()[0];
    track?.addEventListener("ended", () => {
      if (this.#over || this.#microphone?.getAudioTracks()[0] !== track) return;
      this.#tell({ kind: "fault", fault: { name: "microphone_gone" } });
      // Another one may be there: the other side should not sit in silence.
      this.microphoneChanged().catch((error) => {
        if (error instanceof FaultError) this.#tell({ kind: "fault", fault: { name: "microphone_gone" } });
      });
    });
  }
}

function stopped(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

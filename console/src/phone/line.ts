// The telephone's line: JsSIP's user agent over our socket, signed in with credentials that are renewed before they end. It tells how it stands and hands calls over; it knows nothing of what they are.
import type { RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";
import { type Fault, FaultError, isOffline } from "@/audio/fault";
import { preferring } from "./callerId";
import { askCredentials, askIceServers, type Credentials, giveBack, renewIn } from "./credentials";
import { SipSocket } from "./socket";

export type LineState = "off" | "connecting" | "ready" | "lost" | "refused";

export interface LineTold {
  state: (state: LineState, fault: Fault | null) => void;
  /** The way for SIP is up or down, for calls that are to be kept. */
  signalling: (up: boolean) => void;
  incoming: (session: RTCSession, header: (name: string) => string) => void;
}

/** Who is signed out on the server's own machine may call what anybody may: nothing to sign in with, and nobody can call it. */
export interface LineOptions {
  guest: boolean;
}

const GUEST = "sip:guest@localhost";
const REGISTER_S = 300;
const RETRY_MS = 3000;
const CLOSED_CODES = new Set([401, 403, 407]);

export class Line {
  readonly #told: LineTold;
  readonly #guest: boolean;
  #agent: UA | null = null;
  #socket: SipSocket | null = null;
  #credentials: Credentials | null = null;
  #ice: RTCIceServer[] = [];
  #renew: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Credentials were refused once since they were last taken: a second time is no coincidence. */
  #doubted = false;
  #closed = false;

  constructor(told: LineTold, { guest }: LineOptions) {
    this.#told = told;
    this.#guest = guest;
  }

  get extension(): string {
    return this.#credentials?.extension ?? "";
  }

  /** The host that names without one are of. */
  get host(): string {
    const uri = this.#credentials?.uri ?? GUEST;
    return uri.slice(uri.indexOf("@") + 1);
  }

  get iceServers(): RTCIceServer[] {
    return this.#ice;
  }

  /** Loads JsSIP, asks for credentials, connects. What goes wrong is told, and tried again where that may help. */
  async open(): Promise<void> {
    this.#told.state("connecting", null);
    try {
      const [{ UA }, credentials] = await Promise.all([
        import("jssip"),
        this.#guest ? null : askCredentials(),
      ]);
      if (this.#closed) {
        if (credentials !== null) giveBack(credentials.username);
        return;
      }
      this.#credentials = credentials;
      this.#ice = await askIceServers().catch(() => []);
      if (this.#closed) return;
      this.#start(UA, credentials);
    } catch (error) {
      this.#failed(error, () => this.open());
    }
  }

  /** `shown`: the number by which the called are to see it; "": as the trunk says. */
  call(uri: string, microphone: MediaStream, shown = ""): RTCSession {
    if (this.#agent === null) throw new Error("the line is not open");
    return this.#agent.call(uri, {
      mediaStream: microphone,
      extraHeaders: preferring(shown, this.host),
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: this.#ice },
      rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: false },
    }) as unknown as RTCSession;
  }

  /** The network may have changed: find out whether the connection still lives, or connect without waiting. */
  wake(changed: boolean): void {
    if (this.#agent === null) {
      if (this.#retry !== undefined && !this.#closed) {
        clearTimeout(this.#retry);
        this.#retry = undefined;
        void this.open();
      }
      return;
    }
    if (this.#socket?.isConnected()) {
      if (changed) this.#socket.drop();
      else this.#socket.check();
    }
    if (!this.#socket?.isConnected()) this.#connectNow();
  }

  /** The network is gone, says the browser. */
  sleep(): void {
    this.#socket?.drop();
  }

  /** Somebody is signed in anew: once more with what that gives. Calls that are up are kept. */
  again(): void {
    this.#doubted = false;
    if (this.#agent === null) void this.open();
    else void this.#renewNow();
  }

  /** Ends calls and the registration. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#renew);
    clearTimeout(this.#retry);
    this.#agent?.stop();
    this.#agent = null;
    if (this.#credentials !== null) giveBack(this.#credentials.username);
    this.#credentials = null;
    this.#told.state("off", null);
  }

  #start(Agent: typeof UA, credentials: Credentials | null): void {
    const path = credentials?.socket ?? "/ws/sip";
    this.#socket = new SipSocket(new URL(path, location.href.replace(/^http/, "ws")).href);
    const agent = new Agent({
      sockets: [this.#socket as unknown as ConstructorParameters<typeof UA>[0]["sockets"] & SipSocket],
      uri: credentials?.uri ?? GUEST,
      ...(credentials && { authorization_user: credentials.username, password: credentials.password }),
      register: credentials !== null,
      register_expires: REGISTER_S,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 6,
      user_agent: "VoiceForge console",
    });
    this.#agent = agent;
    const ready = () => {
      this.#doubted = false;
      this.#told.state("ready", null);
      this.#told.signalling(true);
    };
    agent.on("connected", () => {
      if (this.#guest) ready();
    });
    agent.on("registered", ready);
    agent.on("disconnected", () => {
      if (this.#closed) return;
      this.#told.signalling(false);
      this.#told.state("lost", { name: isOffline() ? "no_network" : "socket_lost" });
    });
    agent.on("registrationFailed", ({ response }) => {
      const status = (response as { status_code?: number } | null)?.status_code ?? 0;
      if (CLOSED_CODES.has(status)) this.#refused();
      else if (status !== 0)
        this.#later({ name: status === 503 ? "too_many" : "server_away" }, () => agent.register());
    });
    agent.on("newRTCSession", (event: { originator: string; session: RTCSession; request: unknown }) => {
      const request = event.request as { getHeader: (name: string) => string | undefined };
      if (event.originator === "remote")
        this.#told.incoming(event.session, (name) => request.getHeader(name) ?? "");
    });
    agent.start();
    if (credentials !== null) this.#renewLater(credentials);
  }

  /** The server no longer takes what we sign in with (started anew, withdrawn, over): once more with new ones. */
  #refused(): void {
    if (this.#doubted) {
      this.#told.state("refused", { name: "credentials" });
      return;
    }
    this.#doubted = true;
    void this.#renewNow();
  }

  #renewLater(credentials: Credentials): void {
    clearTimeout(this.#renew);
    this.#renew = setTimeout(
      () => void this.#renewNow(),
      renewIn(Date.parse(credentials.expires_at), Date.now()),
    );
  }

  async #renewNow(): Promise<void> {
    clearTimeout(this.#renew);
    try {
      const before = this.#credentials;
      const fresh = await askCredentials();
      const agent = this.#agent;
      if (this.#closed || agent === null) {
        giveBack(fresh.username);
        return;
      }
      this.#credentials = fresh;
      agent.set("authorization_user", fresh.username);
      agent.set("password", fresh.password);
      this.#ice = await askIceServers().catch(() => this.#ice);
      if (agent.isConnected()) agent.register();
      if (before !== null) giveBack(before.username);
      this.#renewLater(fresh);
    } catch (error) {
      this.#failed(error, () => this.#renewNow());
    }
  }

  #failed(error: unknown, again: () => unknown): void {
    if (this.#closed) return;
    const fault: Fault = error instanceof FaultError ? error.fault : { name: "server_away" };
    if (fault.name === "server_away" || fault.name === "too_many") this.#later(fault, again);
    else this.#told.state("refused", fault);
  }

  #later(fault: Fault, again: () => unknown): void {
    this.#told.state("lost", fault);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (!this.#closed) again();
    }, RETRY_MS);
  }

  /** JsSIP waits between its attempts; whoever has just got a network back should not. */
  #connectNow(): void {
    const agent = this.#agent as (UA & { transport?: { connect: () => void } }) | null;
    agent?.transport?.connect();
  }
}

// Keeps a call over a network that went away: when signalling is back, or media is gone while signalling is there, ICE is restarted (RFC 8445 section 9) until audio flows again. The server keeps a call for half a minute; longer makes no sense. It knows no JsSIP: what is to be done is handed in.

/** So long media may falter before it counts: browsers say `disconnected` after a few lost checks, and often take it back. */
export const GRACE_MS = 1500;
export const RETRY_MS = 2500;
export const KEPT_MS = 30_000;

export interface Recovering {
  /** Starts an ICE restart; false when that is not possible just now. */
  restart: () => boolean;
  /** The network is away, or back. */
  told: (lost: boolean) => void;
  /** It was away for too long. */
  giveUp: () => void;
}

export class Recovery {
  readonly #act: Recovering;
  #signalling = true;
  #media = true;
  /** An ICE restart is owed: signalling was away, and the server may have lost our path. */
  #owed = false;
  #lost = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(act: Recovering) {
    this.#act = act;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** The way for SIP is up (registered, where one registers) or down. */
  signalling(up: boolean): void {
    if (up === this.#signalling) return;
    this.#signalling = up;
    if (!up) {
      this.#owed = true;
      this.#lose();
    } else if (this.#lost) this.#try();
  }

  /** The state of ICE, as the browser sees it. */
  media(state: RTCIceConnectionState): void {
    clearTimeout(this.#grace);
    if (state === "connected" || state === "completed") {
      this.#media = true;
      this.#settle();
    } else if (state === "failed") this.#mediaGone();
    else if (state === "disconnected") this.#grace = setTimeout(() => this.#mediaGone(), GRACE_MS);
  }

  /** Another network: the way that ICE found may be of no use, whatever it still says of it. Nothing is known to be gone yet: where the old way holds, ICE says nothing of it again. */
  networkChanged(): void {
    this.#owed = true;
    this.#lose();
    this.#try();
  }

  /** The other side has taken an ICE restart. */
  restarted(): void {
    this.#owed = false;
    this.#settle();
  }

  close(): void {
    for (const timer of [this.#grace, this.#retry, this.#deadline]) clearTimeout(timer);
  }

  #mediaGone(): void {
    this.#media = false;
    this.#owed = true;
    this.#lose();
    this.#try();
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#deadline = setTimeout(() => this.#act.giveUp(), KEPT_MS);
    this.#act.told(true);
  }

  #try(): void {
    clearTimeout(this.#retry);
    if (!this.#lost) return;
    if (this.#signalling) this.#act.restart();
    this.#retry = setTimeout(() => this.#try(), RETRY_MS);
  }

  #settle(): void {
    if (!this.#lost || !this.#media || !this.#signalling || this.#owed) return;
    this.#lost = false;
    clearTimeout(this.#retry);
    clearTimeout(this.#deadline);
    this.#act.told(false);
  }
}

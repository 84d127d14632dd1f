// One telephone for all tabs of a browser: the tab that holds the lock (Web Locks) registers and rings, the others wait, show what it does, and can take it over. When its tab closes the next one has it by itself.

const LOCK = "voiceforge-phone";

export interface Elsewhere {
  /** It is in a call there: then it is not to be taken over. */
  busy: boolean;
}

interface Said {
  kind: "state" | "who";
  busy?: boolean;
}

export class TabLock {
  readonly #mine: (mine: boolean) => void;
  readonly #elsewhere: (other: Elsewhere) => void;
  readonly #channel: BroadcastChannel | null;
  #release: (() => void) | null = null;
  #waiting: AbortController | null = null;
  #busy = false;

  /** `mine` is told when this tab has the phone, and when it has it no longer; `elsewhere`, what another does. */
  constructor(mine: (mine: boolean) => void, elsewhere: (other: Elsewhere) => void) {
    this.#mine = mine;
    this.#elsewhere = elsewhere;
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(LOCK);
    if (this.#channel !== null) this.#channel.onmessage = ({ data }: MessageEvent<Said>) => this.#heard(data);
  }

  get held(): boolean {
    return this.#release !== null;
  }

  /** Asks for the phone: at once where no tab has it, else when that one gives it up. Without Web Locks (an insecure page) each tab has one. */
  want(): void {
    if (this.held || this.#waiting !== null) return;
    if (navigator.locks === undefined) {
      this.#hold(() => undefined);
      return;
    }
    this.#channel?.postMessage({ kind: "who" } satisfies Said);
    this.#waiting = new AbortController();
    this.#request({ signal: this.#waiting.signal });
  }

  /** Takes the phone from the tab that has it. */
  take(): void {
    if (this.held || navigator.locks === undefined) return;
    this.#waiting?.abort();
    this.#waiting = null;
    this.#request({ steal: true });
  }

  /** Says to the other tabs whether there is a call here. */
  say(busy: boolean): void {
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.#tell();
  }

  leave(): void {
    this.#waiting?.abort();
    this.#waiting = null;
    this.#release?.();
    this.#release = null;
    // What other tabs say from now on is for the phone that comes after this one.
    this.#channel?.close();
  }

  #request(options: LockOptions): void {
    navigator.locks
      .request(LOCK, options, () => new Promise<void>((release) => this.#hold(release)))
      .catch(() => {
        // Aborted while waiting, or another tab took it: the second is news.
        if (options.signal?.aborted === true || this.#release === null) return;
        this.#release = null;
        this.#mine(false);
      });
  }

  #hold(release: () => void): void {
    this.#waiting = null;
    this.#release = release;
    this.#mine(true);
    this.#tell();
  }

  #tell(): void {
    if (this.held) this.#channel?.postMessage({ kind: "state", busy: this.#busy } satisfies Said);
  }

  #heard(said: Said): void {
    if (said.kind === "who") this.#tell();
    else if (!this.held) this.#elsewhere({ busy: said.busy === true });
  }
}

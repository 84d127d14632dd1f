// SIP's WebSocket (RFC 7118) as JsSIP wants it, with what a browser lacks: a ping that finds a dead connection (RFC 5626 section 3.5.1: CRLFCRLF, answered by CRLF), and a way to give it up at once when the network has changed.

const PING = "\r\n\r\n";
const PONG = "\r\n";
export const PING_MS = 15_000;
const PONG_MS = 5000;
const CONNECT_MS = 8000;

export class SipSocket {
  readonly url: string;
  readonly sip_uri: string;
  via_transport: string;

  /** JsSIP puts its own here. */
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: (data: unknown) => void = () => undefined;

  #socket: WebSocket | null = null;
  /** The server is known to answer pings: only then does silence tell something. */
  #answers = false;
  #next: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    const { protocol, host } = new URL(url);
    this.url = url;
    this.sip_uri = `sip:${host};transport=ws`;
    this.via_transport = protocol === "wss:" ? "WSS" : "WS";
  }

  connect(): void {
    if (this.isConnected() || this.isConnecting()) return;
    const socket = new WebSocket(this.url, "sip");
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    // A network that swallows packets leaves a socket connecting for minutes.
    this.#wait(CONNECT_MS);
    socket.onopen = () => {
      this.#quiet();
      this.onconnect();
      this.#ping(PING_MS);
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      clearTimeout(this.#patience);
      if (data === PONG) this.#answers = true;
      this.ondata(data);
    };
    socket.onclose = ({ wasClean, code, reason }) => this.#over(!wasClean, code, reason);
  }

  /** JsSIP has done with it: nothing more is told. */
  disconnect(): void {
    this.#letGo();
  }

  /** The connection is of no use any more (another network, sleep): JsSIP is told, and connects anew. */
  drop(): void {
    if (this.#socket !== null) this.#over(true, 1006, "given up");
  }

  /** Asks the other side for a sign of life now. */
  check(): void {
    if (this.isConnected()) this.#ping(0);
  }

  send(message: string): boolean {
    if (!this.isConnected()) return false;
    this.#socket?.send(message);
    return true;
  }

  isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.#socket?.readyState === WebSocket.CONNECTING;
  }

  #ping(after: number): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => {
      if (!this.send(PING)) return;
      if (this.#answers) this.#wait(PONG_MS);
      this.#ping(PING_MS);
    }, after);
  }

  #wait(ms: number): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.drop(), ms);
  }

  #over(error: boolean, code: number, reason: string): void {
    this.#letGo();
    this.ondisconnect(error, code, reason);
  }

  #letGo(): void {
    this.#quiet();
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    socket.close();
  }

  #quiet(): void {
    clearTimeout(this.#next);
    clearTimeout(this.#patience);
  }
}

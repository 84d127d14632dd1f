// <voiceforge-phone>: a call button for any page, by one script tag. It calls by HTTP (WHIP) with a call token, plays and meters the call, shows what is said, and says in words what goes wrong. Its own element, its own shadow root, nothing left on the page around it.
import { isKey, KEYS } from "@/audio/dtmf";
import { eased, LevelMeter, share } from "@/audio/level";
import { ToneOutput } from "@/audio/tones";
import { WhipCall, type WhipNow } from "@/audio/whip";
import { CAPTION_EVENTS, type Captions, captioned, NO_CAPTIONS } from "@/phone/captions";
import { h, icon } from "./draw";
import { LOOK } from "./look";
import { sentence, type Words, wordsOf } from "./words";

/** Where the script came from is where the server is, unless the element says otherwise. */
const HOME = new URL((document.currentScript as HTMLScriptElement | null)?.src || location.href).origin;
const STEP_MS = 50;
const MOST_SHOWN = 30;

export class VoiceforgePhone extends HTMLElement {
  static readonly observedAttributes = ["label", "theme", "lang"];
  readonly #root = this.attachShadow({ mode: "open" });
  readonly #audio = new Audio();
  readonly #tones = new ToneOutput();
  #call: WhipCall | null = null;
  #captions: Captions = NO_CAPTIONS;
  #keys = false;
  #meter: LevelMeter | null = null;
  #level = 0;
  #timers: ReturnType<typeof setInterval>[] = [];
  #drawn = "";
  #captionsDrawn = "";

  connectedCallback(): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOK);
    this.#root.adoptedStyleSheets = [sheet];
    this.#audio.autoplay = true;
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", this.#draw);
    this.#draw();
  }

  disconnectedCallback(): void {
    matchMedia("(prefers-color-scheme: light)").removeEventListener("change", this.#draw);
    this.hangUp();
    void this.#tones.close();
  }

  attributeChangedCallback(): void {
    this.#drawn = "";
    if (this.isConnected) this.#draw();
  }

  /** `idle`, `asking`, `connecting`, `up`, `lost`, `ended`. */
  get state(): WhipNow["state"] {
    return this.#call?.now.state ?? "idle";
  }

  /** The call's id in the server's API; "" without one. */
  get callId(): string {
    return this.#call?.now.callId ?? "";
  }

  /** Calls; in a click, or the browser plays no sound. */
  async call(): Promise<void> {
    if (this.state !== "idle" && this.state !== "ended") return;
    this.#captions = NO_CAPTIONS;
    this.#keys = false;
    const token = await this.#token();
    const call = new WhipCall(
      { server: this.getAttribute("server") ?? HOME, token, query: token ? {} : this.#wanted() },
      {
        changed: (now) => this.#changed(now),
        event: (kind, data) => this.#told(kind, data),
      },
    );
    this.#call = call;
    await call.start();
  }

  hangUp(): void {
    this.#call?.hangUp();
  }

  mute(muted = true): void {
    this.#call?.mute(muted);
  }

  /** Presses keys of the telephone: "12#". */
  press(keys: string): void {
    for (const key of keys) {
      if (!isKey(key)) continue;
      this.#tones.key(key);
      this.#call?.digit(key);
    }
  }

  /** The token of the attribute, or a fresh one of the page's own server. */
  async #token(): Promise<string> {
    const from = this.getAttribute("token-src");
    if (from === null) return this.getAttribute("token") ?? "";
    try {
      const text = await (await fetch(from, { credentials: "same-origin" })).text();
      return text.trim().startsWith("{")
        ? String((JSON.parse(text) as { token?: string }).token ?? "")
        : text.trim();
    } catch {
      return "";
    }
  }

  /** Whom to call, on pages that may call without a token (the server's own). */
  #wanted(): Record<string, string> {
    const wanted: Record<string, string> = {};
    for (const name of ["to", "agent", "flow", "voice", "language", "name"]) {
      const value = this.getAttribute(name);
      if (value) wanted[name] = value;
    }
    return wanted;
  }

  #changed(now: WhipNow): void {
    const heard = this.#call?.heard ?? null;
    if (heard !== null && this.#audio.srcObject !== heard) {
      this.#audio.srcObject = heard;
      this.#audio.play().catch(() => undefined);
      this.#meter = new LevelMeter(heard);
      this.#timers.push(
        setInterval(() => this.#move(), STEP_MS),
        setInterval(this.#draw, 1000),
      );
    }
    if (now.state === "ended") this.#quiet();
    this.#tell("callstate", { state: now.state, callId: now.callId, muted: now.muted, why: now.why });
    if (now.fault !== null) {
      const message = sentence(this.#words(), now.fault);
      this.#tell("callfault", { name: now.fault.name, message });
    }
    this.#draw();
  }

  #told(kind: string, data: Record<string, unknown>): void {
    this.#tell("callevent", { kind, data });
    const known = CAPTION_EVENTS.find((one) => one === kind);
    if (known === undefined) return;
    // The server's own events, as its API document has them.
    this.#captions = captioned(this.#captions, { kind: known, data } as unknown as Parameters<
      typeof captioned
    >[1]);
    this.#draw();
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #quiet(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#meter?.close();
    this.#meter = null;
    this.#audio.srcObject = null;
  }

  #move(): void {
    this.#level = eased(this.#level, share(this.#meter?.level() ?? Number.NEGATIVE_INFINITY), STEP_MS / 1000);
    const face = this.#root.querySelector<HTMLElement>(".face");
    face?.style.setProperty("--level", String(1 + 0.5 * this.#level));
  }

  #words(): Words {
    // Its own `lang`, or that of the part of the page which it stands in.
    const nearest = this.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang;
    return wordsOf(nearest || navigator.language);
  }

  readonly #draw = (): void => {
    const words = this.#words();
    const theme = this.getAttribute("theme") ?? "auto";
    const light =
      theme === "light" || (theme === "auto" && matchMedia("(prefers-color-scheme: light)").matches);
    this.setAttribute("data-look", light ? "light" : "dark");
    const label = this.getAttribute("label") || words.call;
    const now = this.#call?.now;
    const dir = words.dir ?? "ltr";
    // Buttons stay the same elements while they mean the same: one that is replaced under a finger is not pressed.
    const shape = JSON.stringify([label, words.call, now?.state, now?.muted, now?.fault, this.#keys]);
    if (shape !== this.#drawn) {
      this.#drawn = shape;
      this.#captionsDrawn = "";
      const focused = this.#root.activeElement?.getAttribute("data-name");
      this.#root.replaceChildren(
        now === undefined || now.state === "idle"
          ? this.#button(label, dir)
          : this.#panel(words, label, now, dir),
      );
      if (focused) this.#root.querySelector<HTMLElement>(`[data-name="${focused}"]`)?.focus();
    }
    const clock = this.#root.querySelector(".state");
    if (clock !== null && now?.state === "up") clock.textContent = time(now.since);
    this.#fillCaptions(words);
  };

  #button(label: string, dir: string): HTMLElement {
    const props = { class: "go", part: "button", dir, "data-name": "call", click: () => void this.call() };
    return h("button", props, icon("call"), label);
  }

  #panel(words: Words, label: string, now: WhipNow, dir: string): HTMLElement {
    const states = {
      idle: "",
      asking: words.asking,
      connecting: words.calling,
      lost: words.lost,
      ended: words.over,
    };
    const state = now.state === "up" ? time(now.since) : states[now.state];
    const fault = now.fault === null ? "" : sentence(words, now.fault);
    return h(
      "section",
      { class: "panel", part: "panel", dir, "aria-label": label },
      h(
        "div",
        { class: "head" },
        h("span", { class: "face" }, icon("voice")),
        h("div", {}, h("div", { class: "name" }, label), h("div", { class: "state", role: "status" }, state)),
      ),
      ...(fault ? [h("p", { class: "note", role: "alert" }, fault)] : []),
      ...(this.getAttribute("captions") === "off"
        ? []
        : [
            h("div", {
              class: "said",
              hidden: true,
              tabindex: "0",
              role: "log",
              "aria-label": words.captions,
            }),
          ]),
      ...(this.#keys && now.state === "up" ? [this.#keypad(words)] : []),
      this.#row(words, now),
    );
  }

  #fillCaptions(words: Words): void {
    const box = this.#root.querySelector<HTMLElement>(".said");
    const { lines, partial } = this.#captions;
    const shown = JSON.stringify([lines.slice(-MOST_SHOWN), partial]);
    if (box === null || shown === this.#captionsDrawn) return;
    this.#captionsDrawn = shown;
    const by = (mine: boolean) => h("span", { class: "unseen" }, `${mine ? words.you : words.agent}: `);
    const told = lines.slice(-MOST_SHOWN).flatMap((line) => {
      const mine = line.speaker === "caller";
      const cut = line.interrupted && line.heard !== line.text;
      // Of a line that was cut short what was heard; nothing of one that nobody heard.
      if (cut && !line.heard) return [];
      return [h("p", mine ? { class: "mine" } : {}, by(mine), cut ? `${line.heard}…` : line.text)];
    });
    if (partial !== "") told.push(h("p", { class: "mine yet" }, by(true), partial));
    box.hidden = told.length === 0;
    box.replaceChildren(...told);
    box.scrollTop = box.scrollHeight;
  }

  #keypad(words: Words): HTMLElement {
    const keys = KEYS.map((key) =>
      h("button", { "data-name": `key ${key}`, click: () => this.press(key) }, key),
    );
    return h("div", { class: "keys", role: "group", "aria-label": words.keypad }, ...keys);
  }

  #row(words: Words, now: WhipNow): HTMLElement {
    if (now.state === "ended")
      return h(
        "div",
        { class: "row" },
        h("button", { "data-name": "close", click: () => this.#close() }, words.close),
        h("button", { class: "again", "data-name": "call", click: () => void this.call() }, words.again),
      );
    const talking = now.state === "up" || now.state === "lost";
    const mute = now.muted ? words.unmute : words.mute;
    return h(
      "div",
      { class: "row" },
      ...(talking
        ? [
            h(
              "button",
              {
                "data-name": "mute",
                "aria-label": mute,
                "aria-pressed": String(now.muted),
                title: mute,
                click: () => this.mute(!now.muted),
              },
              icon(now.muted ? "muted" : "microphone"),
            ),
            h(
              "button",
              {
                "data-name": "keys",
                "aria-label": words.keypad,
                "aria-pressed": String(this.#keys),
                title: words.keypad,
                click: () => this.#toggleKeys(),
              },
              icon("keys"),
            ),
          ]
        : []),
      h("button", { class: "end", "data-name": "end", click: () => this.hangUp() }, words.hangUp),
    );
  }

  #toggleKeys(): void {
    this.#keys = !this.#keys;
    this.#draw();
  }

  #close(): void {
    this.#call = null;
    this.#draw();
  }
}

/** 0:07 */
function time(since: number | null): string {
  if (since === null) return "";
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

if (!customElements.get("voiceforge-phone")) customElements.define("voiceforge-phone", VoiceforgePhone);

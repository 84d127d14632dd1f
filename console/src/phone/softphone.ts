// The softphone: one for the whole console, above its pages. It owns the line, the calls on it, the ring and the devices, and says how all stands as one frozen snapshot (useSyncExternalStore).
import type { RTCSession } from "jssip/lib/RTCSession";
import { partyOf } from "@/api/address";
import type { Key } from "@/audio/dtmf";
import { type Fault, FaultError, isOffline } from "@/audio/fault";
import { type CallEvent, isAnswered, isOver, newCall, type PhoneCall, who } from "./call";
import { shownAs } from "./callerId";
import { added, type CallList, dropped, find, happened, live, NO_CALLS } from "./callList";
import {
  chooseDevice,
  type Devices,
  listDevices,
  NO_DEVICES,
  openMicrophone,
  type Role,
  watchDevices,
} from "./devices";
import { Line, type LineState } from "./line";
import { watchPage } from "./pageEvents";
import { CALL_ID_HEADER, SipCall } from "./sipCall";
import { Sounds } from "./sounds";
import { TabLock } from "./tabs";
import { target } from "./target";

export type PhoneState = LineState | "elsewhere";

export interface Phone extends CallList {
  state: PhoneState;
  /** What is wrong with the phone as a whole; calls have their own. */
  fault: Fault | null;
  guest: boolean;
  extension: string;
  /** In the tab that has the phone there is a call. */
  busyElsewhere: boolean;
  devices: Devices;
}

const SHOWN_AFTER_END_MS = 4000;
/** Where a call failed, its words stay longer. */
const FAULT_SHOWN_MS = 12_000;
const MOST_CALLS = 6;
const BUSY_HERE = 486;
const DECLINE = 603;

export class Softphone {
  #phone: Phone = {
    state: "off",
    fault: null,
    guest: false,
    extension: "",
    busyElsewhere: false,
    devices: NO_DEVICES,
    ...NO_CALLS,
  };
  readonly #watchers = new Set<() => void>();
  readonly #sip = new Map<string, SipCall>();
  readonly #sounds = new Sounds();
  #line: Line | null = null;
  #lock: TabLock | null = null;
  #quit: (() => void)[] = [];

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
  readonly snapshot = (): Phone => this.#phone;

  /** Switches it on. `guest`: nobody is signed in. */
  start(guest: boolean): void {
    if (this.#quit.length > 0) {
      if (guest === this.#phone.guest) {
        if (this.#phone.state === "refused") this.retry();
        return;
      }
      this.stop();
    }
    this.#set({ guest, fault: null, state: "connecting" });
    this.#watch();
    if (guest) {
      this.#open();
      return;
    }
    this.#lock = new TabLock(
      (mine) => (mine ? this.#open() : this.#taken()),
      ({ busy }) => this.#set({ busyElsewhere: busy }),
    );
    this.#lock.want();
    if (!this.#lock.held) this.#set({ state: "elsewhere" });
  }

  /** Switches it off: calls end, nobody can call. */
  stop(): void {
    for (const quit of this.#quit) quit();
    this.#quit = [];
    this.#close();
    this.#lock?.leave();
    this.#lock = null;
    this.#set({ state: "off", fault: null, calls: [], shown: null });
  }

  /** Takes the phone from another tab. */
  take(): void {
    this.#lock?.take();
  }

  /** Once more, after a fault that does not pass by itself. */
  retry(): void {
    if (this.#line !== null && live(this.#phone).length > 0) {
      this.#line.again();
      return;
    }
    this.#close();
    this.#open();
  }

  /** Calls what was typed; another call is held meanwhile. */
  async call(typed: string): Promise<void> {
    const line = this.#line;
    const to = target(typed, line?.host ?? location.hostname);
    if (to === null) {
      this.#set({ fault: { name: "number", about: typed.trim().slice(0, 40) } });
      return;
    }
    if (line === null || this.#phone.state !== "ready" || live(this.#phone).length >= MOST_CALLS) return;
    this.#set({ fault: null });
    const id = this.#add(newCall(crypto.randomUUID(), "out", to.shown, "", Date.now()));
    try {
      const microphone = await openMicrophone();
      void this.refreshDevices();
      if (this.#gone(id)) {
        for (const track of microphone.getTracks()) track.stop();
        return;
      }
      const sip = this.#wrap(id, line.call(to.uri, microphone, shownAs()));
      sip.uses(microphone);
      this.#set({});
    } catch (error) {
      const fault: Fault = error instanceof FaultError ? error.fault : { name: "unsupported" };
      this.#event(id, { kind: "ended", at: Date.now(), fault, here: true });
    }
  }

  async answer(id: string): Promise<void> {
    const sip = this.#sip.get(id);
    if (sip === undefined || this.#line === null) return;
    this.show(id);
    try {
      await sip.answer(this.#line.iceServers);
      void this.refreshDevices();
    } catch (error) {
      // It goes on ringing: the microphone may be plugged in yet.
      const fault: Fault = error instanceof FaultError ? error.fault : { name: "unsupported" };
      this.#event(id, { kind: "fault", fault });
    }
  }

  refuse(id: string): void {
    this.#sip.get(id)?.hangUp(live(this.#phone).length > 1 ? BUSY_HERE : DECLINE);
  }

  hangUp(id: string): void {
    const sip = this.#sip.get(id);
    if (sip !== undefined) sip.hangUp();
    else this.#event(id, { kind: "ended", at: Date.now(), fault: null, here: true });
  }

  mute(id: string, muted: boolean): void {
    this.#sip.get(id)?.mute(muted);
  }

  hold(id: string, held: boolean): void {
    if (!held) this.#holdOthers(id);
    this.#sip.get(id)?.hold(held);
  }

  /** Puts a call on the screen, and back on the ear where it was held: the others are held. */
  show(id: string): void {
    this.#set({ shown: id });
    this.#holdOthers(id);
    const call = find(this.#phone, id);
    if (call?.held === true) this.#sip.get(id)?.hold(false);
  }

  /** Presses a key: heard here, and in the call that is shown. */
  press(key: Key): void {
    this.#sounds.key(key);
    const call = find(this.#phone, this.#phone.shown);
    if (call !== undefined && (isAnswered(call) || call.state === "early"))
      this.#sip.get(call.id)?.digit(key);
  }

  /** Blind: the other side is connected with whom was typed, without a word. */
  transfer(id: string, typed: string): void {
    const sip = this.#sip.get(id);
    const to = target(typed, sip?.there || (this.#line?.host ?? location.hostname));
    if (to === null)
      this.#event(id, { kind: "fault", fault: { name: "number", about: typed.trim().slice(0, 40) } });
    else sip?.transfer(to.uri, to.shown);
  }

  /** Attended: connects the other sides of two calls with each other. */
  join(id: string, other: string): void {
    const [one, two] = [this.#sip.get(id), this.#sip.get(other)];
    const call = find(this.#phone, other);
    if (one === undefined || two === undefined || call === undefined) return;
    const to = target(call.party, one.there || (this.#line?.host ?? location.hostname));
    one.transfer(to?.uri ?? two.session.remote_identity.uri.toString(), who(call), two);
  }

  /** Forgets a call that is over. */
  dismiss(id: string): void {
    this.#drop(id);
  }

  dismissFault(): void {
    this.#set({ fault: null });
  }

  seenMissed(): void {
    if (this.#phone.missed > 0) this.#set({ missed: 0 });
  }

  microphoneOf(id: string): MediaStream | null {
    return this.#sip.get(id)?.microphone ?? null;
  }

  heardOf(id: string): MediaStream | null {
    return this.#sip.get(id)?.heard ?? null;
  }

  async refreshDevices(): Promise<void> {
    this.#set({ devices: await listDevices() });
  }

  async choose(role: Role, id: string): Promise<void> {
    chooseDevice(role, id);
    await this.refreshDevices();
    if (role === "speaker") await Promise.all([...this.#sip.values()].map((sip) => sip.speakerChanged()));
    if (role === "microphone") await this.#eachMicrophone();
    await this.#sounds.devicesChanged();
  }

  /** Lets the chosen loudspeaker, or what rings, be heard. */
  async test(role: "speaker" | "ring"): Promise<void> {
    await this.#sounds.test(role);
  }

  #open(): void {
    const line = new Line(
      {
        state: (state, fault) => {
          if (this.#line === line)
            this.#set({ state, fault, extension: line.extension || this.#phone.extension });
        },
        signalling: (up) => {
          for (const sip of this.#sip.values()) sip.signalling(up);
        },
        incoming: (session, header) => this.#incoming(session, header),
      },
      { guest: this.#phone.guest },
    );
    this.#line = line;
    void line.open();
    void this.refreshDevices();
    void this.#sounds.devicesChanged();
  }

  #close(): void {
    this.#sounds.hush();
    this.#line?.close();
    this.#line = null;
    this.#sip.clear();
  }

  /** Another tab has taken the phone; this one waits for it to be given back. */
  #taken(): void {
    this.#close();
    this.#set({ state: "elsewhere", fault: null, calls: [], shown: null, busyElsewhere: false });
    this.#lock?.want();
  }

  #watch(): void {
    this.#quit.push(
      watchPage({
        online: () => this.#line?.wake(true),
        offline: () => {
          if (isOffline()) this.#line?.sleep();
        },
        seen: () => this.#line?.wake(false),
        held: () => live(this.#phone).length > 0,
        // A BYE for each call, and the registration given back.
        left: () => this.#line?.close(),
        restored: () => {
          if (this.#lock?.held !== false) this.retry();
        },
      }),
      watchDevices(() => void this.#devicesChanged()),
    );
  }

  async #devicesChanged(): Promise<void> {
    // A microphone is back for those who had lost theirs; whatever loudspeakers do, they are not to wait for it.
    const mute = live(this.#phone).filter((call) => call.fault?.name === "microphone_gone");
    void this.refreshDevices();
    void this.#sounds.devicesChanged();
    for (const sip of this.#sip.values()) void sip.speakerChanged();
    await Promise.all(
      mute.map((call) =>
        this.#sip
          .get(call.id)
          ?.microphoneChanged()
          .catch(() => undefined),
      ),
    );
  }

  async #eachMicrophone(): Promise<void> {
    for (const call of live(this.#phone).filter(isAnswered)) {
      await this.#sip
        .get(call.id)
        ?.microphoneChanged()
        .catch((error: unknown) => {
          const fault: Fault = error instanceof FaultError ? error.fault : { name: "microphone_busy" };
          this.#event(call.id, { kind: "fault", fault });
        });
    }
  }

  #incoming(session: RTCSession, header: (name: string) => string): void {
    if (live(this.#phone).length >= MOST_CALLS) {
      session.terminate({ status_code: BUSY_HERE });
      return;
    }
    const { uri, display_name: name } = session.remote_identity;
    const from = partyOf(uri.toString());
    const call = newCall(crypto.randomUUID(), "in", from, name && name !== from ? name : "", Date.now());
    this.#add({ ...call, serverId: header(CALL_ID_HEADER) });
    this.#wrap(call.id, session).learn(header);
  }

  #wrap(id: string, session: RTCSession): SipCall {
    const about = () => {
      const call = find(this.#phone, id);
      return call === undefined ? "" : who(call);
    };
    const sip = new SipCall(session, about, (event) => this.#event(id, event));
    this.#sip.set(id, sip);
    return sip;
  }

  #add(call: PhoneCall): string {
    if (call.direction === "out") this.#holdOthers(call.id);
    this.#set(added(this.#phone, call));
    return call.id;
  }

  #event(id: string, event: CallEvent): void {
    const wasOver = this.#gone(id);
    const now = happened(this.#phone, id, event);
    if (now === this.#phone) return;
    this.#set(now);
    const call = find(now, id);
    if (wasOver || call === undefined || !isOver(call)) return;
    this.#sip.delete(id);
    setTimeout(() => this.#drop(id), call.fault === null ? SHOWN_AFTER_END_MS : FAULT_SHOWN_MS);
  }

  #drop(id: string): void {
    this.#set(dropped(this.#phone, id));
  }

  #holdOthers(id: string): void {
    for (const call of live(this.#phone))
      if (call.id !== id && call.state === "up" && !call.held) this.#sip.get(call.id)?.hold(true);
  }

  #gone(id: string): boolean {
    const call = find(this.#phone, id);
    return call === undefined || isOver(call);
  }

  #set(changed: Partial<Phone>): void {
    this.#phone = { ...this.#phone, ...changed };
    this.#sounds.follow(this.#phone.calls, this.#phone.shown);
    this.#lock?.say(live(this.#phone).length > 0);
    for (const watcher of this.#watchers) watcher();
  }
}

export const softphone = new Softphone();

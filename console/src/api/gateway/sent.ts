// What was sent on a socket and may have to be sent again on the next one: the server says how many messages it has taken, and an answered ping says that all before it were. Pure.

/** Of speech that waits while there is no socket; what is older would only be late. */
const MOST_AUDIO = 50;

interface Kept {
  text: string | null;
  audio: ArrayBuffer | null;
}

export class SentLog {
  private readonly kept: Kept[] = [];
  /** Messages before the first that is kept. */
  private base = 0;
  private audios = 0;

  /** A message that must arrive. */
  text(text: string): void {
    this.kept.push({ text, audio: null });
  }

  /** One that only counts: of no use later (a ping, a report). */
  passing(): void {
    this.kept.push({ text: null, audio: null });
  }

  audio(audio: ArrayBuffer): void {
    this.kept.push({ text: null, audio });
    this.audios += 1;
    if (this.audios <= MOST_AUDIO) return;
    const oldest = this.kept.find((one) => one.audio !== null);
    if (oldest === undefined) return;
    oldest.audio = null; // it still counts
    this.audios -= 1;
  }

  /** How many messages there were so far. */
  get count(): number {
    return this.base + this.kept.length;
  }

  /** The server has taken so many. */
  taken(count: number): void {
    const gone = Math.max(0, Math.min(this.kept.length, count - this.base));
    for (const one of this.kept.splice(0, gone)) if (one.audio !== null) this.audios -= 1;
    this.base += gone;
  }

  /** On a new socket the server goes on counting from `count`: what is to be sent again, in order. */
  again(count: number): (string | ArrayBuffer)[] {
    this.taken(count);
    const still = this.kept.filter((one) => one.text !== null || one.audio !== null);
    this.kept.splice(0, this.kept.length, ...still);
    this.base = count;
    return still.flatMap((one) => one.text ?? one.audio ?? []);
  }
}

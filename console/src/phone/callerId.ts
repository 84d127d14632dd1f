// By which number the called see who calls from here (RFC 3325 9.2): remembered, as any choice. What a trunk makes of it is its operator's.
import { keep, kept } from "@/app/kept";

const NUMBER = /^\+?[0-9]{2,20}$/;

/** "": as the trunk says. */
export function shownAs(): string {
  const number = kept("phone.shownAs") ?? "";
  return NUMBER.test(number) ? number : "";
}

export function showAs(number: string): void {
  keep("phone.shownAs", NUMBER.test(number) ? number : null);
}

/** Headers of an invitation that ask for it. `host`: ours. */
export function preferring(number: string, host: string): string[] {
  return NUMBER.test(number) ? [`P-Preferred-Identity: <sip:${number}@${host}>`] : [];
}

// What is dialled, made a SIP address. Pure.

export interface Target {
  uri: string;
  /** As people read it: a number, an extension, or user@host of other hosts. */
  shown: string;
}

const LONGEST = 128;
const NUMBER = /^\+?[0-9*#]+$/;
/** An extension or agent: RFC 3261's unreserved and what it allows in a user part, no more than names need. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._~+-]*[A-Za-z0-9])?$/;
const ADDRESS = /^(?:sips?:)?([A-Za-z0-9._~+*#%-]+)@([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?$/i;
/** What people put into numbers for the eye. */
const FILLING = /[\s().\u00a0\u202f\u2066-\u2069/-]/g;

/** Where to call for what was typed; null when that cannot be dialled. `host`: of names without one. */
export function target(typed: string, host: string): Target | null {
  const text = typed.trim().replace(/^tel:/i, "");
  if (text === "" || text.length > LONGEST) return null;
  const number = text.replace(FILLING, "");
  if (NUMBER.test(number)) return { uri: `sip:${escaped(number)}@${host}`, shown: number };
  const address = ADDRESS.exec(text);
  if (address !== null) {
    const [, user = "", there = "", port] = address;
    const port16 = port === undefined ? 0 : Number(port);
    if (port16 > 65_535) return null;
    const at = port === undefined ? there : `${there}:${port}`;
    return { uri: `sip:${escaped(user)}@${at}`, shown: there === host ? user : `${user}@${at}` };
  }
  const name = text.replace(/^sips?:/i, "");
  return NAME.test(name) ? { uri: `sip:${name}@${host}`, shown: name } : null;
}

/** `#` ends a URI's user part and is written as %23. */
function escaped(user: string): string {
  return user.replace(/#/g, "%23");
}

/** HOST[:PORT] of a Contact: where the server itself is, by its own word; "" where it says none. */
export function hostOf(contact: string): string {
  return /^[^<]*<?sips?:(?:[^@>;]*@)?([^;>?\s]+)/i.exec(contact)?.[1] ?? "";
}

/** Whom a SIP address names, for people: `"Ada" <sip:+4930@host>` is Ada, `sip:+4930@host` is +4930. */
export function party(uri: string): string {
  const name = /^\s*"?([^"<]+?)"?\s*</.exec(uri)?.[1];
  if (name) return name;
  const user = /^<?(?:sips?|tel):([^@;>]+)/i.exec(uri)?.[1] ?? uri;
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

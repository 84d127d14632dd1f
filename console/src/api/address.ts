// SIP addresses as people know them. Pure, and small enough for every page.

/** The user of an address, else its host: `sip:+4930@carrier.example` is +4930. Unreadable ones stand as they are. */
export function partyOf(uri: string): string {
  const bare = uri.replace(/^[^<]*</, "").replace(/>.*$/, "");
  const address = bare.replace(/^(sips?|tel):/i, "").replace(/[;?].*$/, "");
  const at = address.lastIndexOf("@");
  const user = at < 0 ? address : address.slice(0, at);
  const name = (user.includes(":") ? user.slice(0, user.indexOf(":")) : user) || address;
  try {
    return decodeURIComponent(name) || uri;
  } catch {
    return name || uri;
  }
}

/** The name that stands before an address, else its user: `"Ada" <sip:+4930@host>` is Ada. */
export function partyName(uri: string): string {
  return /^\s*"?([^"<]+?)"?\s*</.exec(uri)?.[1] ?? partyOf(uri);
}

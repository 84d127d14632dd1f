// Why something failed, as the server says it in words: the header Reason (RFC 3326), of a response or within a NOTIFY's sipfrag (RFC 3420).

const TEXT = /;\s*text\s*=\s*"([^"]{1,300})"/i;
const LINE = /^Reason:(.*)$/im;

/** Of a response's own header; empty: it says nothing. */
export function reasonOf(header: string | undefined): string {
  return (
    TEXT.exec(header ?? "")?.[1]
      ?.trim()
      .replace(/\.$/, "") ?? ""
  );
}

/** Of the header within a sipfrag; empty: it says nothing. */
export function reasonWithin(fragment: string | null | undefined): string {
  return reasonOf(LINE.exec(fragment ?? "")?.[1]);
}

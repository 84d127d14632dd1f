// The bits of SDP that an ICE restart by HTTP needs (RFC 9725 section 4.3.2, RFC 8840 section 9). Pure.

/** What we tell: our new credentials, and of which line they are. */
export function fragmentOf(sdp: string): string {
  const line = (name: string) => new RegExp(`^a=${name}:(.*)$`, "m").exec(sdp)?.[1]?.trim() ?? "";
  const media = /^m=audio.*$/m.exec(sdp)?.[0].trim() ?? "m=audio 9 UDP/TLS/RTP/SAVPF 0";
  return [
    `a=ice-ufrag:${line("ice-ufrag")}`,
    `a=ice-pwd:${line("ice-pwd")}`,
    media,
    `a=mid:${line("mid") || "0"}`,
    "",
  ].join("\r\n");
}

/** The other side's answer with the credentials and candidates that a fragment brings; null where it brings none. */
export function answerWith(answer: string, fragment: string): string | null {
  const told = (name: string) => new RegExp(`^a=${name}:\\S+`, "m").exec(fragment)?.[0];
  const [ufrag, password] = [told("ice-ufrag"), told("ice-pwd")];
  if (ufrag === undefined || password === undefined) return null;
  const candidates = fragment.match(/^a=candidate:.*$/gm)?.map((line) => line.trim()) ?? [];
  const lines = answer.split(/\r?\n/).flatMap((line) => {
    if (line.startsWith("a=ice-ufrag:")) return [ufrag];
    if (line.startsWith("a=ice-pwd:")) return [password, ...candidates];
    return line.startsWith("a=candidate:") && candidates.length > 0 ? [] : [line];
  });
  return lines.join("\r\n");
}

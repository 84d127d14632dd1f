import { expect, it } from "vitest";
import { answerWith, fragmentOf } from "./fragment";

const OFFER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:0\r\na=ice-ufrag:aaaa\r\na=ice-pwd:bbbb\r\n";
const ANSWER =
  "v=0\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:old1\r\na=ice-pwd:old2\r\na=candidate:1 1 udp 1 10.0.0.1 4000 typ host\r\na=rtcp-mux\r\n";

it("tells the new credentials and whose they are", () => {
  expect(fragmentOf(OFFER)).toBe(
    "a=ice-ufrag:aaaa\r\na=ice-pwd:bbbb\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:0\r\n",
  );
});

it("puts the other side's into its answer, and leaves the rest", () => {
  const made = answerWith(
    ANSWER,
    "a=ice-ufrag:new1\r\na=ice-pwd:new2\r\nm=audio 9 x\r\na=candidate:2 1 udp 1 10.0.0.2 4000 typ host\r\n",
  );
  expect(made?.split("\r\n")).toEqual([
    "v=0",
    "m=audio 4000 UDP/TLS/RTP/SAVPF 111",
    "a=mid:0",
    "a=ice-ufrag:new1",
    "a=ice-pwd:new2",
    "a=candidate:2 1 udp 1 10.0.0.2 4000 typ host",
    "a=rtcp-mux",
    "",
  ]);
});

it("keeps the candidates where none are told, and makes nothing of nothing", () => {
  expect(answerWith(ANSWER, "a=ice-ufrag:n\r\na=ice-pwd:p\r\n")).toContain("10.0.0.1");
  expect(answerWith(ANSWER, "")).toBeNull();
});

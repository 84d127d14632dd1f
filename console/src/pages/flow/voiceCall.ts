// A call to a published flow over WebRTC (WHIP, RFC 9725), to hear it while its nodes are lit.
import { fetched } from "@/api";

export interface VoiceCall {
  /** By which its events are asked for; "": nobody said. */
  callId: string;
  ticket: string;
  hangUp: () => void;
  mute: (muted: boolean) => void;
}

const GATHER_MS = 1500;

/** Rings, and plays what is said. Throws where the microphone is refused or nobody answers. `onEnd`: the other side is gone. */
export async function callFlow(flow: string, audio: HTMLAudioElement, onEnd: () => void): Promise<VoiceCall> {
  const microphone = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  let place = "";
  let over = false;
  const hangUp = () => {
    if (over) return;
    over = true;
    for (const track of microphone.getTracks()) track.stop();
    if (!place) return peer.close();
    // First in words: once the connection is closed the call is gone, and nothing is left to hang up.
    void fetched(place, { method: "DELETE", keepalive: true })
      .catch(() => undefined)
      .finally(() => peer.close());
  };
  try {
    for (const track of microphone.getAudioTracks()) peer.addTrack(track, microphone);
    peer.ontrack = (event) => {
      audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      void audio.play().catch(() => undefined);
    };
    peer.onconnectionstatechange = () => {
      if (over || (peer.connectionState !== "failed" && peer.connectionState !== "closed")) return;
      hangUp();
      onEnd();
    };
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const response = await fetched(`/api/webrtc/offer?flow=${encodeURIComponent(flow)}`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: peer.localDescription?.sdp ?? "",
    });
    place = response.headers.get("Location") ?? "";
    await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
    return {
      callId: response.headers.get("X-Call-Id") ?? "",
      ticket: response.headers.get("X-Call-Ticket") ?? "",
      hangUp,
      mute: (muted) => {
        for (const track of microphone.getAudioTracks()) track.enabled = !muted;
      },
    };
  } catch (error) {
    hangUp();
    throw error;
  }
}

/** All candidates stand in the offer: there is no trickling here. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

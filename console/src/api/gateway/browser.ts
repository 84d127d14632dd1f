// The link's parts in a browser.
import type { LinkParts } from "./link";

export function browserParts(path = "/ws"): LinkParts {
  return {
    connect: (tells) => {
      const at = new URL(path, location.href);
      at.protocol = at.protocol === "https:" ? "wss:" : "ws:";
      const socket = new WebSocket(at);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => tells.opened();
      socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
        typeof data === "string" ? tells.text(data) : tells.audio(data);
      socket.onclose = ({ code, reason }) => tells.closed(code, reason);
      return {
        send: (data) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(data);
        },
        close: (code, reason) => socket.close(code, reason),
      };
    },
    now: () => performance.now(),
    later: (call, ms) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  };
}

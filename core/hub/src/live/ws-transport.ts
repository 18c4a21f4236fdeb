import type { WebSocket } from "ws";
import type { LiveTransport } from "./transport.js";

/** A WebSocket as a transport. */
export function wsTransport(socket: WebSocket): LiveTransport {
  return {
    send: (text) => socket.send(text),
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    ping: () => socket.ping(),
  };
}

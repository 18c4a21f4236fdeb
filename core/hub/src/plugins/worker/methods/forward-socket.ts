import type { Actor, PluginSocket } from "@vatio/plugin-api";
import type { WorkerSession } from "../session.js";

/** Messages of one socket that the worker may have in hand; a client that sends faster is cut off. */
const MOST_IN_HAND = 256;

/** "Try again later" (RFC 6455, registered close code). */
const TRY_AGAIN_LATER = 1013;
const INTERNAL_ERROR = 1011;

/** A socket that a worker is to accept. */
export interface ForwardedSocket {
  /** Handle of the worker's mount. */
  readonly mount: number;
  readonly socket: PluginSocket;
  readonly request: Request;
  readonly actor: Actor;
}

/** Hands a socket over to the worker, message by message. Its number leads the worker back to it. */
export function forwardSocket(session: WorkerSession, { mount, socket, request, actor }: ForwardedSocket): void {
  const { link } = session;
  const number = session.addSocket(socket);
  const cutOff = (code: number): void => socket.close(code);
  let inHand = 0;
  socket.onMessage((data) => {
    if (inHand >= MOST_IN_HAND) return cutOff(TRY_AGAIN_LATER);
    inHand += 1;
    const own = typeof data === "string" ? data : Uint8Array.prototype.slice.call(data);
    link
      .call("socket.message", { socket: number, data: own })
      .catch(() => session.scope.count("handler-failed", "socket"))
      .finally(() => {
        inHand -= 1;
      });
  });
  socket.onClose((code) => {
    session.dropSocket(number);
    link.cast("socket.closed", { socket: number, code });
  });
  const headers = [...request.headers].map(([name, value]) => [name, value]);
  const accept = { mount, socket: number, url: request.url, headers, actor: { ...actor } };
  link.call("socket.accept", accept).catch(() => cutOff(INTERNAL_ERROR));
}

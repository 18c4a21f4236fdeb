import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { deferred } from "../deferred.js";

/**
 * Requests whose answers are not out yet. An answer that waits behind another one on the same connection is told nothing
 * when that connection ends, so it is given up with the connection.
 */
export class RequestsUnderWay {
  readonly #bySocket = new Map<Socket, Set<ServerResponse>>();
  #onNone: () => void = () => undefined;

  constructor(server: Server) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => this.#add(request.socket, response));
  }

  get size(): number {
    return [...this.#bySocket.values()].reduce((sum, responses) => sum + responses.size, 0);
  }

  /** Settles when there is none. */
  none(): Promise<void> {
    const settled = deferred();
    if (this.size === 0) settled.resolve();
    this.#onNone = settled.resolve;
    return settled.promise;
  }

  #add(socket: Socket, response: ServerResponse): void {
    if (socket.destroyed) return;
    const responses = this.#bySocket.get(socket) ?? this.#watch(socket);
    responses.add(response);
    response.once("close", () => {
      responses.delete(response);
      this.#look();
    });
  }

  #watch(socket: Socket): Set<ServerResponse> {
    const responses = new Set<ServerResponse>();
    this.#bySocket.set(socket, responses);
    socket.once("close", () => {
      this.#bySocket.delete(socket);
      this.#look();
    });
    return responses;
  }

  #look(): void {
    if (this.size === 0) this.#onNone();
  }
}

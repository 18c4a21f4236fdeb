import { WebSocket } from "ws";
import { deferred } from "../../src/deferred.js";
import type { LiveClientFrame, LiveServerFrame } from "../../src/http/dto.js";

/** A client of the live stream that remembers every frame. */
export class LiveClient {
  readonly frames: LiveServerFrame[] = [];
  readonly socket: WebSocket;
  readonly #closed = deferred<number>();
  readonly #waiting = new Set<() => void>();

  constructor(port: number, headers: Readonly<Record<string, string>>) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, { headers });
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(String(data)) as LiveServerFrame);
      for (const look of [...this.#waiting]) look();
    });
    this.socket.on("close", (code) => this.#closed.resolve(code));
    this.socket.on("error", () => undefined);
  }

  /** Status code with which the connection ended. */
  get closed(): Promise<number> {
    return this.#closed.promise;
  }

  send(frame: LiveClientFrame | string | Uint8Array): void {
    this.socket.send(typeof frame === "string" || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
  }

  /** The first frame that fits, of those that came and those that come. */
  async frame<T extends LiveServerFrame["type"]>(
    type: T,
    fits: (frame: Extract<LiveServerFrame, { type: T }>) => boolean = () => true,
  ): Promise<Extract<LiveServerFrame, { type: T }>> {
    const found = deferred<Extract<LiveServerFrame, { type: T }>>();
    const look = (): void => {
      const match = this.frames.find(
        (frame): frame is Extract<LiveServerFrame, { type: T }> => frame.type === type && fits(frame as never),
      );
      if (match) found.resolve(match);
    };
    this.#waiting.add(look);
    look();
    return found.promise.finally(() => this.#waiting.delete(look));
  }

  /** Everything that was sent before has been dealt with. */
  async settled(): Promise<void> {
    const before = this.frames.filter(({ type }) => type === "pong").length;
    this.send({ type: "ping" });
    await this.frame("pong", () => this.frames.filter(({ type }) => type === "pong").length > before);
  }
}

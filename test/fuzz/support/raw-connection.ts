import { connect, type Socket } from "node:net";

/** Real time that a peer gets before it counts as silent. Milliseconds. */
const SILENCE = 40;

/** A bare connection: bytes out, bytes in, and who ended it. */
export class RawConnection implements Disposable {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.once("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: false });
    const connection = new RawConnection(socket);
    await new Promise<void>((resolve) => socket.once("connect", resolve).once("close", () => resolve()));
    return connection;
  }

  /** The peer has ended it. */
  get closed(): boolean {
    return this.#closed;
  }

  /** What has come since the last look. */
  take(): Buffer {
    const taken = this.#received;
    this.#received = Buffer.alloc(0);
    return taken;
  }

  write(bytes: Uint8Array): void {
    if (!this.#closed) this.#socket.write(bytes);
  }

  /** Says that nothing more will come. */
  end(): void {
    if (!this.#closed) this.#socket.end();
  }

  /** Waits until the answer is complete, the peer has closed, or nothing happens for a while. */
  async answer(
    isComplete: (received: Buffer) => boolean,
    silence = SILENCE,
  ): Promise<"answered" | "closed" | "silent"> {
    for (;;) {
      if (isComplete(this.#received)) return "answered";
      if (this.#closed) return "closed";
      if (!(await this.#somethingWithin(silence))) return "silent";
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #somethingWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

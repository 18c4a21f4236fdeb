import type { Socket } from "node:net";
import type { Client } from "aedes";
import type { FrameGuard, FrameProblem } from "./frame-guard.js";

/**
 * Internals of aedes 1.2.0 that the hub relies on; `test/mqtt/aedes-contract.test.ts` fails when a new version changes them.
 */
interface AedesClient extends Client {
  /** Parses what has arrived; called for `readable` and when the packets of a chunk are done. */
  _nextBatch: (error?: Error | null) => void;
  will: object | null;
}

/**
 * Refuses packets that are too large as soon as they are announced. aedes takes its input with `read()`, so that is where the bytes are
 * looked at: a stream in between would cost a copy of everything.
 */
export function guardSocket(socket: Socket, guard: FrameGuard, onProblem: (problem: FrameProblem) => void): void {
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk: unknown = read(size);
    const problem = chunk instanceof Uint8Array ? guard.accept(chunk) : undefined;
    if (!problem) return chunk;
    onProblem(problem);
    socket.destroy();
    return null;
  };
}

/**
 * Keeps an exception, thrown while a client's bytes are parsed or handled, to that client: aedes would let it end the process.
 */
export function containFaults(client: Client, socket: Socket, onFault: (fault: unknown) => void): void {
  const internals = client as AedesClient;
  const parse = internals._nextBatch;
  const contained = (error?: Error | null): void => {
    try {
      parse(error);
    } catch (fault) {
      onFault(fault);
      socket.destroy();
    }
  };
  socket.removeListener("readable", parse);
  socket.on("readable", contained);
  internals._nextBatch = contained;
}

/** Whether a packet is the last will of a client, which the broker publishes for it. */
export const isWill = (client: Client, packet: object): boolean => (client as AedesClient).will === packet;

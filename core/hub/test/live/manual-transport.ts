import type { LiveServerFrame } from "../../src/http/dto.js";
import type { LiveTransport } from "../../src/live/transport.js";

/** A transport whose buffer is what the test says. */
export class ManualTransport implements LiveTransport {
  bufferedBytes = 0;
  readonly frames: LiveServerFrame[] = [];
  readonly sizes: number[] = [];
  closed: number | undefined;
  terminated = false;
  pings = 0;
  /** Sent bytes stay in the buffer. */
  stuck = false;

  send(text: string): void {
    this.sizes.push(text.length);
    if (this.stuck) this.bufferedBytes += text.length;
    this.frames.push(JSON.parse(text) as LiveServerFrame);
  }

  close(code: number): void {
    this.closed ??= code;
  }

  terminate(): void {
    this.terminated = true;
  }

  ping(): void {
    this.pings++;
  }

  /** Frames of a type since the beginning. */
  of<T extends LiveServerFrame["type"]>(type: T): Extract<LiveServerFrame, { type: T }>[] {
    return this.frames.filter((frame): frame is Extract<LiveServerFrame, { type: T }> => frame.type === type);
  }
}

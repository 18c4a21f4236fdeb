import type { DurationMs } from "@vatio/plugin-api";

/** One way in which a simulated device misbehaves. Several may be in force at once. */
export interface Behavior {
  /** Gone from the network, without a word. */
  readonly offline?: true;
  /** The device's clock is so far ahead (behind when negative). */
  readonly skewMs?: DurationMs;
  /** Every message is sent so often. */
  readonly copies?: number;
  /** The device does not know the date: it counts seconds since its boot. */
  readonly clockless?: true;
  /** Its registers restart at 0, and count on from there. */
  readonly counterReset?: true;
}

/** The device is gone from the network: the broker sends its last will. */
export const offline = (): Behavior => ({ offline: true });

/** The registers restart at 0, as after a power cut or on the owner's order. */
export const counterReset = (): Behavior => ({ counterReset: true });

/** The device's clock is wrong. */
export const clockSkew = (skewMs: DurationMs): Behavior => ({ skewMs });

/** Every message comes twice, as MQTT allows for QoS 1. */
export const duplicateFrames = (): Behavior => ({ copies: 2 });

/** The device has not reached a time server since its boot. */
export const clockless = (): Behavior => ({ clockless: true });

/** The behaviors in force. */
export class BehaviorStack {
  readonly #active = new Set<Behavior>();

  /** Adds a behavior. @param ended called after it was taken away again */
  add(behavior: Behavior, ended: () => void): Disposable {
    this.#active.add(behavior);
    return {
      [Symbol.dispose]: () => {
        if (this.#active.delete(behavior)) ended();
      },
    };
  }

  get offline(): boolean {
    return this.#all().some((behavior) => behavior.offline === true);
  }

  get clockless(): boolean {
    return this.#all().some((behavior) => behavior.clockless === true);
  }

  get skewMs(): number {
    return this.#all().reduce((sum, { skewMs }) => sum + (skewMs ?? 0), 0);
  }

  get copies(): number {
    return this.#all().reduce((product, { copies }) => product * (copies ?? 1), 1);
  }

  #all(): readonly Behavior[] {
    return [...this.#active];
  }
}

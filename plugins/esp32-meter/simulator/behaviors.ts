/** One way in which a simulated device misbehaves. Several may be in force at once. */
export interface Behavior {
  /** Gone from the network, without a word. */
  readonly offline?: true;
  /** Every message is sent so often. */
  readonly copies?: number;
  /** Its register restarts at 0, and counts on from there. */
  readonly counterReset?: true;
}

/** The device is gone from the network; its register goes on counting. */
export const offline = (): Behavior => ({ offline: true });

/** The register restarts at 0, as after the reset command of a PZEM. */
export const counterReset = (): Behavior => ({ counterReset: true });

/** Every message comes twice, as through two bridges between brokers. */
export const duplicateFrames = (): Behavior => ({ copies: 2 });

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
    return [...this.#active].some((behavior) => behavior.offline === true);
  }

  get copies(): number {
    return [...this.#active].reduce((product, { copies }) => product * (copies ?? 1), 1);
  }
}

import type { DurationMs, Instant } from "@vatio/plugin-api";
import { type HubClock, systemClock } from "../../../clock.js";
import type { RemoteScope } from "./remote-scope.js";

/** The hub's clock, when it is not the system's: it shows the time of the hub's last message, and its timers are the hub's. */
export class RemoteClock implements HubClock {
  readonly #scope: RemoteScope;
  #now = 0;

  constructor(scope: RemoteScope) {
    this.#scope = scope;
  }

  /** The hub said what time it is. */
  set(now: number): void {
    this.#now = now;
  }

  now(): Instant {
    return this.#now as Instant;
  }

  monotonic(): DurationMs {
    return systemClock.monotonic();
  }

  timer(delay: DurationMs, run: () => void): Disposable {
    const scope = this.#scope;
    const handle = scope.nextHandle();
    scope.callbacks.set(handle, run);
    scope.link.cast("timer.set", { handle, delay });
    return {
      [Symbol.dispose]: () => {
        if (scope.callbacks.has(handle)) scope.close(handle);
      },
    };
  }
}

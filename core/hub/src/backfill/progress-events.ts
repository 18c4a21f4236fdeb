import { type DeviceId, seconds } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { BackfillProgress } from "./types.js";

/** At most one event of a device in this span. */
const PAUSE = seconds(1);

/** What the events need. */
export interface ProgressEventsOptions {
  readonly clock: HubClock;
  readonly progressOf: (device: DeviceId) => BackfillProgress | undefined;
  readonly publish: (progress: BackfillProgress) => void;
}

/** Tells of progress: at once, then at most once a second for each device, and always what it came to in the end. */
export class ProgressEvents implements Disposable {
  readonly #options: ProgressEventsOptions;
  readonly #resting = new Map<DeviceId, { timer: Disposable; again: boolean }>();

  constructor(options: ProgressEventsOptions) {
    this.#options = options;
  }

  /** Something of the device changed. */
  changed(device: DeviceId): void {
    const resting = this.#resting.get(device);
    if (resting) resting.again = true;
    else this.#tell(device);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#resting.values()) timer[Symbol.dispose]();
    this.#resting.clear();
  }

  #tell(device: DeviceId): void {
    const { clock, progressOf, publish } = this.#options;
    this.#resting.set(device, { timer: clock.timer(PAUSE, () => this.#rested(device)), again: false });
    const progress = progressOf(device);
    if (progress) publish(progress);
  }

  #rested(device: DeviceId): void {
    const again = this.#resting.get(device)?.again;
    this.#resting.delete(device);
    if (again) this.#tell(device);
  }
}

import type { DeviceId, Instant } from "@vatio/plugin-api";
import type { BackfillCause } from "./types.js";

/** A look for gaps that is to come. */
export interface Scan {
  readonly device: DeviceId;
  readonly cause: BackfillCause;
  readonly dueAt: Instant;
}

/** The wider look, for which the others need not be made. */
const WIDTH: Readonly<Record<BackfillCause, number>> = {
  reconnect: 0,
  start: 1,
  accepted: 2,
  nightly: 3,
  manual: 4,
};

/** Looks for gaps that are to come, at most one for each device. */
export class ScanQueue {
  readonly #scans = new Map<DeviceId, Scan>();

  add(scan: Scan): void {
    const known = this.#scans.get(scan.device);
    const wider = known && WIDTH[known.cause] > WIDTH[scan.cause] ? known : scan;
    this.#scans.set(scan.device, wider);
  }

  delete(device: DeviceId): void {
    this.#scans.delete(device);
  }

  /** Takes one that is due out. */
  take(now: Instant): Scan | undefined {
    for (const scan of this.#scans.values()) {
      if (scan.dueAt > now) continue;
      this.#scans.delete(scan.device);
      return scan;
    }
    return undefined;
  }

  get nextAt(): Instant | undefined {
    let next: Instant | undefined;
    for (const { dueAt } of this.#scans.values()) if (next === undefined || dueAt < next) next = dueAt;
    return next;
  }
}

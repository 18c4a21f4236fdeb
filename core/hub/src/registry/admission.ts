import { deviceOf } from "@vatio/model";
import { type Batch, type DeviceId, minutes, type RejectedRows } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { DeviceRegistry } from "./types.js";

/**
 * Batches that a device may send in a minute before a person has accepted it. What is beyond is lost, so no honest device may come near:
 * one that tells each of a dozen values in a topic of its own, once a second, sends 720.
 */
export const PENDING_BATCHES_PER_MINUTE = 1_200;

/** Which batches may be stored, and what became of the others. */
export interface Admitted {
  readonly batches: readonly Batch[];
  readonly rejected: readonly RejectedRows[];
}

interface Budget {
  minute: number;
  used: number;
}

/** Keeps devices that nobody accepted from flooding the store, and blocked ones out of it. */
export class Admission {
  readonly #devices: DeviceRegistry;
  readonly #clock: HubClock;
  readonly #budgets = new Map<DeviceId, Budget>();

  constructor(devices: DeviceRegistry, clock: HubClock) {
    this.#devices = devices;
    this.#clock = clock;
  }

  admit(batches: readonly Batch[]): Admitted {
    const admitted: Batch[] = [];
    const rejected: RejectedRows[] = [];
    for (const batch of batches) {
      const reason = this.#refusal(deviceOf(batch.channel));
      if (reason === undefined) admitted.push(batch);
      else rejected.push({ reason, rows: batch.at.length });
    }
    return { batches: admitted, rejected };
  }

  #refusal(device: DeviceId): string | undefined {
    const state = this.#devices.stateOf(device);
    if (state === "blocked") return "rejected.blocked";
    if (state === "pending") return this.#spend(device) ? undefined : "rejected.rate";
    this.#budgets.delete(device);
    return undefined;
  }

  #spend(device: DeviceId): boolean {
    const minute = Math.floor(this.#clock.now() / minutes(1));
    const known = this.#budgets.get(device);
    const budget = known?.minute === minute ? known : { minute, used: 0 };
    budget.used++;
    this.#budgets.set(device, budget);
    return budget.used <= PENDING_BATCHES_PER_MINUTE;
  }
}

import type { DeviceId } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { StateDatabase } from "../store/types.js";
import { DevicePlan } from "./device-plan.js";
import { parsePlan } from "./plan-document.js";

/** Plans of devices, in `state.duckdb`. */
export class PlanStore {
  readonly #database: StateDatabase;
  readonly #clock: HubClock;
  readonly #plans = new Map<DeviceId, DevicePlan>();

  constructor(database: StateDatabase, clock: HubClock) {
    this.#database = database;
    this.#clock = clock;
  }

  async load(): Promise<void> {
    const rows = await this.#database.all<{ device: string; document: string }>(
      "SELECT device, document FROM backfill_plans",
    );
    for (const { device, document } of rows) {
      const stored = parsePlan(document);
      if (stored) this.#plans.set(device as DeviceId, DevicePlan.of(device as DeviceId, stored));
    }
  }

  all(): readonly DevicePlan[] {
    return [...this.#plans.values()];
  }

  get(device: DeviceId): DevicePlan | undefined {
    return this.#plans.get(device);
  }

  /** The plan of a device, an empty one when there is none. */
  of(device: DeviceId): DevicePlan {
    const known = this.#plans.get(device);
    if (known) return known;
    const plan = new DevicePlan(device);
    this.#plans.set(device, plan);
    return plan;
  }

  /** @throws E_STORE_* (retryable) */
  async save(plan: DevicePlan): Promise<void> {
    if (this.#plans.get(plan.device) !== plan) return;
    await this.#database.run(
      `INSERT INTO backfill_plans (device, document, updated_at) VALUES (?, ?, ?)
        ON CONFLICT (device) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
      [plan.device, JSON.stringify(plan.toDocument()), this.#clock.now()],
    );
  }

  async remove(device: DeviceId): Promise<void> {
    this.#plans.delete(device);
    await this.#database.run("DELETE FROM backfill_plans WHERE device = ?", [device]);
  }
}

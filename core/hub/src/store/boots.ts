import type { DeviceId, Instant } from "@vatio/plugin-api";
import type { Generation } from "./generation.js";
import type { Sql } from "./types.js";

/** When a boot of a device began, and how far that may be off. */
export interface BootTime {
  readonly at: Instant;
  readonly errorMs: number;
}

/** A boot whose begin somebody told. */
export interface NotedBoot extends BootTime {
  readonly device: DeviceId;
  readonly boot: string;
}

const keyOf = (device: string, boot: string): string => `${device}\n${boot}`;

/** When boots of devices began: gives times since boot their instants. */
export class Boots {
  readonly #times = new Map<string, BootTime>();

  get(device: string, boot: string): BootTime | undefined {
    return this.#times.get(keyOf(device, boot));
  }

  async load(sql: Sql): Promise<void> {
    const rows = await sql.all<{ device: DeviceId; boot: string; at: Instant; error_ms: number }>(
      'SELECT device, boot, "at", error_ms FROM boots ORDER BY arrival',
    );
    for (const { device, boot, at, error_ms } of rows) this.#keepBetter(keyOf(device, boot), { at, errorMs: error_ms });
  }

  /** Notes the begin of a boot, unless a better one is known: rows that were stored with it stay where they are. */
  note({ device, boot, ...time }: NotedBoot, generation: Generation): void {
    const key = keyOf(device, boot);
    const before = this.#times.get(key);
    if (!this.#keepBetter(key, time)) return;
    generation.statements.push({
      sql: "INSERT INTO boots VALUES (?, ?, ?, ?, ?)",
      parameters: [device, boot, time.at, time.errorMs, generation.lastArrival],
    });
    generation.onFailure(() => {
      if (before) this.#times.set(key, before);
      else this.#times.delete(key);
    });
  }

  #keepBetter(key: string, time: BootTime): boolean {
    const known = this.#times.get(key);
    if (known && known.errorMs <= time.errorMs) return false;
    this.#times.set(key, time);
    return true;
  }
}

import { deviceOf } from "@vatio/model";
import { type Batch, type DeviceId, VatioError } from "@vatio/plugin-api";

/** A device of sixteen channels with a row for each second of six hours has 345,600. */
const MOST_ROWS = 500_000;
const MOST_BATCHES = 20_000;

/** Counts what a driver tells of one range, and ends what would never end. */
export class HistoryLimits {
  readonly #device: DeviceId;
  #rows = 0;
  #batches = 0;

  constructor(device: DeviceId) {
    this.#device = device;
  }

  /** @throws E_HISTORY_INVALID for what is no history of this device, or more than any device has */
  check(batch: Batch): void {
    this.#batches += 1;
    this.#rows += batch.at.length;
    if (deviceOf(batch.channel) !== this.#device) throw this.#invalid(`a batch of ${batch.channel}`);
    if (batch.timebase === "since-boot") throw this.#invalid("times since a boot");
    for (const [metric, column] of Object.entries(batch.columns))
      if (column.length !== batch.at.length) throw this.#invalid(`a column ${metric} of another length`);
    if (this.#rows > MOST_ROWS || this.#batches > MOST_BATCHES) throw this.#invalid("more rows than any device has");
  }

  #invalid(what: string): VatioError {
    const message = `The driver of ${this.#device} told ${what} as history of that device. Update or repair its plugin.`;
    return new VatioError("E_HISTORY_INVALID", message, { details: { device: this.#device } });
  }
}

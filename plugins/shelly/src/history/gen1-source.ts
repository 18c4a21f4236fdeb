import { type Batch, type ChannelId, type Clock, minutes, type Range } from "@vatio/plugin-api";
import type { ShellyDevice } from "../shelly-device.js";
import type { DeviceHttp } from "./device-http.js";
import { type Gen1History, parseGen1Csv } from "./parse-gen1-csv.js";

/** The file of a year has 2 MB. */
const MOST_BYTES = 32 * 1024 * 1024;

/** A file is sent slowly and as a whole: what comes next in a row is taken from the same one. */
const KEPT = minutes(10);
const MOST_KEPT = 6;

/** A clamp of a device of the first generation. */
export interface Gen1Query {
  readonly device: ShellyDevice;
  readonly channel: ChannelId;
  readonly emeter: number;
  readonly range: Range;
  readonly signal: AbortSignal;
}

interface Kept {
  readonly history: Gen1History;
  readonly readAt: number;
}

/** The files of energy meters of the first generation. */
export class Gen1Source {
  readonly #http: DeviceHttp;
  readonly #clock: Clock;
  readonly #kept = new Map<ChannelId, Kept>();

  constructor(http: DeviceHttp, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  /** @throws as `DeviceHttp.text` */
  async read(query: Gen1Query): Promise<Batch> {
    const history = await this.#history(query);
    const now = this.#clock.now();
    const { from, to } = query.range;
    const rows = [...history.at.keys()].filter((row) => {
      const at = history.at[row] as number;
      const end = at + (history.periodS[row] as number) * 1_000;
      return at >= from && at < to && end <= now;
    });
    const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row] as number);
    const columns = {
      interval_import_wh: pick(history.importWh),
      interval_export_wh: pick(history.exportWh),
      interval_s: pick(history.periodS),
    };
    return { channel: query.channel, origin: "replay", at: pick(history.at), columns };
  }

  async #history({ device, channel, emeter, range, signal }: Gen1Query): Promise<Gen1History> {
    const known = this.#kept.get(channel);
    const now = this.#clock.now();
    // A file that is older than the end of the range does not reach that far.
    if (known && now - known.readAt < KEPT && known.readAt >= range.to) return known.history;
    const path = `/emeter/${emeter}/em_data.csv`;
    const text = await this.#http.text(device, { path, mostBytes: MOST_BYTES, signal });
    const history = parseGen1Csv(text);
    this.#kept.delete(channel);
    this.#kept.set(channel, { history, readAt: now });
    for (const [oldest] of this.#kept) if (this.#kept.size > MOST_KEPT) this.#kept.delete(oldest);
    return history;
  }
}

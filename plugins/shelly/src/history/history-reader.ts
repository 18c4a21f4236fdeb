import { channelKeyOf, deviceOf } from "@vatio/model";
import {
  type Batch,
  type ChannelId,
  channelId,
  type PluginContext,
  type Range,
  seconds,
  VatioError,
} from "@vatio/plugin-api";
import type { DeviceBook } from "../device-book.js";
import type { RpcClient } from "../gen2/rpc-client.js";
import type { ShellyDevice } from "../shelly-device.js";
import { DeviceHttp } from "./device-http.js";
import { Gen1Source } from "./gen1-source.js";
import { emeterNumber, meterComponent } from "./meter-component.js";
import { csvOverHttp, type RecordQuery, type RecordSource, rpcOverHttp, rpcOverMqtt } from "./record-source.js";
import { toBatches } from "./to-batches.js";

/** What the reader is made of. */
export interface HistoryReaderOptions {
  readonly ctx: Pick<PluginContext, "net" | "scheduler" | "secrets" | "clock" | "counters"> & {
    readonly config: { readonly gen1User: string };
  };
  readonly book: DeviceBook;
  readonly rpc: RpcClient;
}

/** A clock that is wrong by more wrote its minutes down at wrong times. */
const MOST_SKEW = seconds(60);

/** Answers after which another way may lead to the records. */
const OTHER_WAY: ReadonlySet<string> = new Set([
  "E_NET_UNREACHABLE",
  // An address beyond the local network, which a device may well tell.
  "E_PERMISSION",
  "E_DEVICE_REFUSED",
  "E_DEVICE_FAILED",
  "E_DEVICE_TIMEOUT",
  "E_DEVICE_UNAUTHORIZED",
]);

/** Reads what energy meters wrote down minute by minute while nobody listened. */
export class HistoryReader {
  readonly #options: HistoryReaderOptions;
  readonly #ways: readonly RecordSource[];
  readonly #gen1: Gen1Source;

  constructor(options: HistoryReaderOptions) {
    const { ctx, rpc } = options;
    const { clock } = ctx;
    const http = new DeviceHttp({ ...ctx, gen1User: ctx.config.gen1User });
    this.#options = options;
    this.#ways = [rpcOverHttp(http, clock), csvOverHttp(http, clock), rpcOverMqtt(rpc, clock)];
    this.#gen1 = new Gen1Source(http, clock);
  }

  /**
   * The minutes of a channel, and of the other channels of the same meter.
   * @throws E_HISTORY_NONE for what keeps no records, E_DEVICE_CLOCK, E_DEVICE_* and E_NET_UNREACHABLE
   */
  async *read(channel: ChannelId, range: Range, signal: AbortSignal): AsyncGenerator<Batch> {
    const device = this.#options.book.byId(deviceOf(channel));
    const key = channelKeyOf(channel);
    const component = meterComponent(key);
    const emeter = emeterNumber(key);
    if (!device || (!component && emeter === undefined)) throw none(channel);
    requireClock(device);
    if (component) yield* this.#records({ device, component, range, signal });
    else if (emeter !== undefined) yield await this.#emeter(device, channel, { emeter, range, signal });
  }

  async #emeter(
    device: ShellyDevice,
    channel: ChannelId,
    what: { readonly emeter: number; readonly range: Range; readonly signal: AbortSignal },
  ): Promise<Batch> {
    try {
      return await this.#gen1.read({ device, channel, ...what });
    } catch (error) {
      if (VatioError.is(error) && error.code === "E_DEVICE_REFUSED") throw none(channel);
      throw error;
    }
  }

  /** One way after the other, until one leads to records; what has been told is not told again. */
  async *#records(query: RecordQuery): AsyncGenerator<Batch> {
    const errors: VatioError[] = [];
    for (const way of this.#ways) {
      let told = false;
      try {
        for await (const { records, dropped } of way(query)) {
          told = true;
          this.#count(dropped);
          yield* toBatches(records, query.component.read, (key) => channelOf(query.device, key));
        }
        return;
      } catch (error) {
        const caught = VatioError.from(error);
        if (told || query.signal.aborted || !OTHER_WAY.has(caught.code)) throw error;
        errors.push(caught);
      }
    }
    throw worst(errors, query);
  }

  #count(dropped: Readonly<Record<string, number>>): void {
    for (const [reason, rows] of Object.entries(dropped))
      this.#options.ctx.counters.add("history-dropped", reason, rows);
  }
}

/** Every way ended. When none of them but says that there are no records, there are none; else the way that a person can mend. */
function worst(errors: readonly VatioError[], { device, component }: RecordQuery): VatioError {
  const reached = errors.filter(({ code }) => code !== "E_NET_UNREACHABLE" && code !== "E_PERMISSION");
  const refused = reached.length > 0 && reached.every(({ code }) => code === "E_DEVICE_REFUSED");
  if (refused) return none(`${device.id}/${component.folder}`);
  const mendable = errors.find(({ code }) => code === "E_DEVICE_UNAUTHORIZED");
  return mendable ?? reached.at(-1) ?? errors[0] ?? none(device.id);
}

const channelOf = (device: ShellyDevice, key: string): ChannelId | undefined =>
  Object.hasOwn(device.facts.channels, key) ? channelId(device.id, key) : undefined;

function requireClock({ skewMs }: ShellyDevice): void {
  if (skewMs === undefined || Math.abs(skewMs) <= MOST_SKEW) return;
  const off = Math.round(skewMs / 1_000);
  const message = `The clock of the Shelly is ${off} s off: its records lie at wrong times. Let it find its time server (SNTP).`;
  throw new VatioError("E_DEVICE_CLOCK", message, { retryable: true, details: { skewMs } });
}

const none = (what: string): VatioError =>
  new VatioError("E_HISTORY_NONE", `Nothing is written down of ${what}: only energy meters keep records.`);

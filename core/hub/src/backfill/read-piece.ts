import { driverOf } from "@vatio/model";
import {
  type Batch,
  type ChannelId,
  days,
  type Instant,
  minutes,
  type PluginId,
  type Range,
  VatioError,
  type Written,
} from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { HubPluginHost } from "../plugins/types.js";
import type { TelemetryStore } from "../store/types.js";
import type { DevicePlan, Piece } from "./device-plan.js";
import { HistoryLimits } from "./history-limits.js";
import { filledBy, keepRows } from "./keep-rows.js";
import { minutesOf, subtract, toSet } from "./ranges.js";
import { storeRoom } from "./store-room.js";

/** A driver that tells nothing for so long has forgotten what it was asked. */
const SILENCE = minutes(2);

/** A channel of which the device keeps no history is not asked for again for so long: a new firmware may keep one. */
const WITHOUT = days(30);

/** What reading a piece needs. */
export interface PieceReaderOptions {
  readonly store: Pick<TelemetryStore, "write" | "figures">;
  readonly plugins: Pick<HubPluginHost, "history">;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  /** Called when rows were stored. */
  readonly onStored: (plan: DevicePlan) => void;
}

/** Asks a driver for pieces of a device's memory, and stores what is missing of it. */
export class PieceReader {
  readonly #options: PieceReaderOptions;
  #storing = 0;

  constructor(options: PieceReaderOptions) {
    this.#options = options;
  }

  /** Stores nothing at the moment. */
  get idle(): boolean {
    return this.#storing === 0;
  }

  /** @throws E_ABORTED, E_HISTORY_*, E_STORE_* and what the driver throws */
  async read(plan: DevicePlan, piece: Piece, signal: AbortSignal): Promise<void> {
    const absent: (readonly Range[])[] = [];
    for (const channel of piece.channels) {
      // What a driver tells of one channel may hold the others as well.
      if (plan.missing(channel, piece.range).length > 0)
        absent.push(await this.#channel(plan, channel, piece.range, signal));
      else absent.push([]);
    }
    // A minute is without memory when no channel has it.
    const [first = [], ...others] = absent;
    const had = (gap: readonly Range[]): readonly Range[] => subtract([piece.range], gap);
    plan.lacks(minutesOf(others.reduce((both, gap) => subtract(both, had(gap)), first)));
  }

  async #channel(plan: DevicePlan, channel: ChannelId, within: Range, signal: AbortSignal): Promise<readonly Range[]> {
    const { clock } = this.#options;
    for (const range of joined(plan.missing(channel, within))) {
      try {
        await this.#range(plan, channel, range, signal);
      } catch (error) {
        if (!VatioError.is(error) || error.code !== "E_HISTORY_NONE") throw error;
        const rest = plan.missing(channel, within);
        plan.isWithout(channel, (clock.now() + WITHOUT) as Instant);
        return rest;
      }
    }
    return plan.answered(channel, within, clock.now());
  }

  async #range(plan: DevicePlan, channel: ChannelId, range: Range, signal: AbortSignal): Promise<void> {
    const { clock, plugins } = this.#options;
    const limits = new HistoryLimits(plan.device);
    const silence = new AbortController();
    const arm = (): Disposable => clock.timer(SILENCE, () => silence.abort());
    let timer = arm();
    try {
      const batches = plugins.history(channel, range, AbortSignal.any([signal, silence.signal]));
      if (!batches) throw gone(driverOf(channel));
      for await (const batch of batches) {
        timer[Symbol.dispose]();
        limits.check(batch);
        await this.#store(plan, batch, signal);
        timer = arm();
      }
    } catch (error) {
      if (silence.signal.aborted && !signal.aborted) throw silent(plan.device);
      throw error;
    } finally {
      timer[Symbol.dispose]();
    }
  }

  async #store(plan: DevicePlan, batch: Batch, signal: AbortSignal): Promise<void> {
    const { clock, counters, onStored, store } = this.#options;
    const { channel } = batch;
    const parts = keepRows(batch, (at) => plan.misses(channel, at));
    const kept = parts.reduce((sum, { at }) => sum + at.length, 0);
    if (kept < batch.at.length) counters.add("backfill", "left-out", "not-missing", batch.at.length - kept);
    for (const part of parts) {
      await storeRoom(store, clock, signal);
      const filled = filledBy(part);
      const written = await this.#write(part);
      // What the store refuses, the device does not have in a form that could be used.
      if (written.accepted + written.duplicate > 0) plan.received(channel, filled);
      onStored(plan);
    }
  }

  async #write(part: Batch): Promise<Written> {
    const { counters, store } = this.#options;
    this.#storing++;
    try {
      const written = await store.write([part], { driver: driverOf(part.channel) });
      counters.add("backfill", "rows", "stored", written.accepted);
      counters.add("backfill", "rows", "duplicate", written.duplicate);
      for (const { reason, rows } of written.rejected) counters.add("backfill", "rejected", reason, rows);
      return written;
    } finally {
      this.#storing--;
    }
  }
}

/** Gaps of a few minutes apart are one question. */
const joined = (gaps: readonly Range[]): readonly Range[] => {
  const near = minutes(30);
  return toSet(gaps.map(({ from, to }) => ({ from, to: to + near }) as Range)).map(
    ({ from, to }) => ({ from, to: to - near }) as Range,
  );
};

const gone = (driver: PluginId): VatioError =>
  new VatioError("E_HISTORY_GONE", `The plugin ${driver} reads no history of its devices at the moment.`, {
    retryable: true,
  });

const silent = (device: string): VatioError =>
  new VatioError("E_HISTORY_SILENT", `The driver of ${device} told nothing of its history for two minutes.`, {
    retryable: true,
  });

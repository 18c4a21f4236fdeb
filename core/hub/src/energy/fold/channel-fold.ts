import { type CounterEvent, type EnergyLimits, EnergyMeter, type EnergyReading, SLOT_MS } from "@vatio/model";
import { type MetricName, Quality } from "@vatio/plugin-api";
import type { ExportBlock } from "../../store/types.js";
import { GaugeRollup, type GaugeState, LONGEST_BRIDGE, type RollupRow } from "./gauge-rollup.js";
import { SlotLedger, type SlotLedgerState, type SlotRow } from "./slot-ledger.js";

/** A roll-up with its metric. */
export interface MetricRollup extends RollupRow {
  readonly metric: string;
}

/** A counter event with its place among all of the channel. */
export interface ToldEvent extends CounterEvent {
  /** Instant of the reading that led to it. */
  readonly toldAt: number;
  /** Among those of that instant. */
  readonly n: number;
}

/** Energy that a reading adds to slots that were final already: a register that was silent for days while the other one went on. */
export interface SlotAddition extends SlotRow {
  /** Instant of the reading. */
  readonly toldAt: number;
}

/** From which slots on roll-ups are not final: a metric that reports seldom lags behind the others. */
export interface OpenRollups {
  readonly metrics: ReadonlyMap<MetricName, number>;
  /** Of every metric that is not named. */
  readonly others: number;
}

/** What became final since the last time that somebody took it. */
export interface FoldOutput {
  readonly slots: readonly SlotRow[];
  readonly additions: readonly SlotAddition[];
  readonly rollups: readonly MetricRollup[];
  readonly events: readonly ToldEvent[];
}

/** All that a fold knows, as JSON. */
interface FoldState {
  readonly v: 1;
  readonly lastAt: number | null;
  readonly limits: EnergyLimits;
  readonly meter: string;
  readonly slots: SlotLedgerState;
  readonly gauges: Readonly<Record<string, GaugeState>>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** How the columns of a block enter a reading. */
const READING: Readonly<Record<string, readonly [keyof EnergyReading, number]>> = {
  energy_import_wh: ["importWh", 1],
  energy_export_wh: ["exportWh", 1],
  power_w: ["powerW", 1],
  interval_import_wh: ["intervalImportWh", 1],
  interval_export_wh: ["intervalExportWh", 1],
  interval_s: ["intervalMs", 1_000],
};

/** Metrics that tell of a span and not of an instant: their energy is in the slots. */
const NO_GAUGES: ReadonlySet<string> = new Set([
  "interval_import_wh",
  "interval_export_wh",
  "interval_s",
  "energy_delta_wh",
]);

/** Slots that stay open for a register that is silent, behind the last reading. */
const MOST_OPEN = 192;

/** Bits of `Quality` by the code of an origin. */
const ORIGIN_BITS: readonly number[] = [0, Quality.replayed, Quality.imported];

/** Columns of a block that take part, looked up once for all of its rows. */
class BlockColumns {
  readonly energy: readonly (readonly [keyof EnergyReading, number, Float64Array])[];
  readonly gauges: readonly (readonly [string, Float64Array])[];

  constructor({ columns }: ExportBlock) {
    const entries = Object.entries(columns);
    this.energy = entries.flatMap(([name, column]) => {
      const part = READING[name];
      return part ? [[part[0], part[1], column] as const] : [];
    });
    this.gauges = entries.filter(([name]) => !NO_GAUGES.has(name));
  }
}

/** Turns the readings of one channel, in order of time, into slots, roll-ups and counter events. The same readings give the same. */
export class ChannelFold {
  readonly limits: EnergyLimits;
  readonly #meter: EnergyMeter;
  readonly #slots: SlotLedger;
  readonly #gauges: Map<string, GaugeRollup>;
  #lastAt: number;
  #closed: SlotRow[] = [];
  #additions: SlotAddition[] = [];
  #rollups: MetricRollup[] = [];
  #events: ToldEvent[] = [];

  constructor(limits: EnergyLimits, from?: { readonly state: FoldState; readonly meter: EnergyMeter }) {
    const state = from?.state;
    this.limits = limits;
    this.#meter = from?.meter ?? new EnergyMeter(limits);
    this.#slots = new SlotLedger(state?.slots);
    const gauges = Object.entries(state?.gauges ?? {});
    this.#gauges = new Map(gauges.map(([metric, gauge]) => [metric, GaugeRollup.resume(gauge)]));
    this.#lastAt = state?.lastAt ?? Number.NEGATIVE_INFINITY;
  }

  /** The fold that {@link state} was taken of; undefined for the text of another version. */
  static resume(text: string): ChannelFold | undefined {
    const state = JSON.parse(text) as FoldState;
    if (state.v !== 1) return undefined;
    const meter = EnergyMeter.resume(state.meter, state.limits);
    return meter && new ChannelFold(state.limits, { state, meter });
  }

  /** Instant of the last reading; -Infinity before the first. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Energy before it is final. */
  get settledUntil(): number | undefined {
    return this.#meter.settledUntil;
  }

  /** What the circuit may carry as far as its readings tell, in W: half as much again as the most that two in a row agreed on. */
  get learntCeilingW(): number | undefined {
    const { ceiling } = JSON.parse(this.#meter.state()) as { ceiling?: { rate?: number; power?: number } };
    const most = Math.max(ceiling?.rate ?? 0, ceiling?.power ?? 0);
    return most > 0 ? Math.ceil((1.5 * most) / 100) * 100 : undefined;
  }

  /** Slots before it are final, but for additions. */
  get openSlot(): number {
    const settled = this.#meter.settledUntil;
    if (settled === undefined) return Number.NEGATIVE_INFINITY;
    return Math.max(Math.floor(settled / SLOT_MS), Math.floor(this.#lastAt / SLOT_MS) - MOST_OPEN);
  }

  /** From which slots on roll-ups are not final. */
  get openRollups(): OpenRollups {
    const metrics = new Map([...this.#gauges].map(([metric, gauge]) => [metric, gauge.openFrom]));
    return { metrics, others: Math.floor(this.#lastAt / SLOT_MS) };
  }

  /** Takes rows of a block, from one position until before another. */
  read(block: ExportBlock, from: number, to: number): void {
    const columns = new BlockColumns(block);
    for (let i = from; i < to; i++) this.#row(block, columns, i);
  }

  /** What became final since the last call. */
  drain(): FoldOutput {
    const output = {
      slots: this.#closed,
      additions: this.#additions,
      rollups: this.#rollups,
      events: this.#events,
    };
    this.#closed = [];
    this.#additions = [];
    this.#rollups = [];
    this.#events = [];
    return output;
  }

  /** Slots that later readings may still change. */
  openRows(): SlotRow[] {
    return this.#slots.rows();
  }

  state(): string {
    const state: FoldState = {
      v: 1,
      lastAt: Number.isFinite(this.#lastAt) ? this.#lastAt : null,
      limits: this.limits,
      meter: this.#meter.state(),
      slots: this.#slots.state(),
      gauges: Object.fromEntries(
        [...this.#gauges].sort(([a], [b]) => (a < b ? -1 : 1)).map(([metric, gauge]) => [metric, gauge.state()]),
      ),
    };
    return JSON.stringify(state);
  }

  #row({ at: instants, origins }: ExportBlock, { energy, gauges }: BlockColumns, i: number): void {
    const at = instants[i] as number;
    const reading: Mutable<EnergyReading> = { at: at as EnergyReading["at"] };
    for (const [name, factor, column] of energy) {
      const value = column[i] as number;
      if (!Number.isNaN(value)) (reading as { [name: string]: number })[name] = value * factor;
    }
    const openBefore = this.openSlot;
    const { deltas, events } = this.#meter.read(reading);
    const origin = ORIGIN_BITS[origins[i] as number] ?? 0;
    for (const delta of deltas) this.#slots.add(delta, origin);
    if (deltas.length > 0) this.#add(at, openBefore);
    for (const [n, event] of events.entries()) this.#events.push({ ...event, toldAt: at, n });
    for (const [metric, column] of gauges) {
      const value = column[i] as number;
      if (!Number.isNaN(value)) this.#gauge(metric, at, value);
    }
    const isNewSlot = Math.floor(at / SLOT_MS) > Math.floor(this.#lastAt / SLOT_MS);
    this.#lastAt = at;
    if (isNewSlot) this.#endGauges(at);
    if (this.openSlot > openBefore) for (const row of this.#slots.close(this.openSlot)) this.#closed.push(row);
  }

  /** What a reading booked into slots that were final before it. */
  #add(toldAt: number, openBefore: number): void {
    if (this.#slots.first >= openBefore) return;
    for (const row of this.#slots.close(openBefore)) this.#additions.push({ ...row, toldAt });
  }

  #gauge(metric: string, at: number, value: number): void {
    const gauge = this.#gauges.get(metric);
    if (!gauge) this.#gauges.set(metric, new GaugeRollup(at, value));
    else for (const row of gauge.read(at, value)) this.#rollups.push({ metric, ...row });
  }

  /** Metrics that are silent for longer than any reading stands. */
  #endGauges(at: number): void {
    for (const [metric, gauge] of this.#gauges) {
      if (gauge.at >= at - LONGEST_BRIDGE) continue;
      for (const row of gauge.end()) this.#rollups.push({ metric, ...row });
      this.#gauges.delete(metric);
    }
  }
}

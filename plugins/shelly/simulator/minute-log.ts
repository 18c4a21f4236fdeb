import type { Instant } from "@vatio/plugin-api";
import type { MeterSample, MeterSource } from "./meter-source.js";

const MINUTE_MS = 60_000;
const MINUTE_S = 60;

/** What a log is made of. */
export interface MinuteLogOptions {
  readonly source: MeterSource;
  /** Circuits of one record, with what the names of their values begin with: `["em:0/a", "a_"]`. */
  readonly circuits: readonly (readonly [circuit: string, prefix: string])[];
  /** Names of the values of a circuit. A clamp of its own has no fundamentals. */
  readonly names: readonly string[];
  /** Names after those of the circuits. */
  readonly more: readonly string[];
  /** Rows of one page of `GetData`. */
  readonly pageRows: number;
}

interface Running {
  readonly begin: MeterSample;
  readonly samples: MeterSample[];
}

/** Values of a circuit in the order of the documentation. */
export const PHASE_NAMES: readonly string[] = [
  ...["total_act_energy", "fund_act_energy", "total_act_ret_energy", "fund_act_ret_energy"],
  ...["lag_react_energy", "lead_react_energy"],
  ...["max_act_power", "min_act_power", "max_aprt_power", "min_aprt_power"],
  ...["max_voltage", "min_voltage", "avg_voltage", "max_current", "min_current", "avg_current"],
];

const round = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What an energy meter writes down of every minute, with or without a connection, and how it tells that. */
export class MinuteLog {
  readonly #options: MinuteLogOptions;
  readonly #records = new Map<number, readonly number[]>();
  #minute: number | undefined;
  #running = new Map<string, Running>();

  constructor(options: MinuteLogOptions) {
    this.#options = options;
  }

  get keys(): readonly string[] {
    const { circuits, names, more } = this.#options;
    return [...circuits.flatMap(([, prefix]) => names.map((name) => `${prefix}${name}`)), ...more];
  }

  /** Measures; the first time in a minute closes the one before it. */
  sample(at: Instant): void {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_S;
    const { circuits, source } = this.#options;
    const now = new Map(circuits.map(([circuit]) => [circuit, source.read(circuit, at)] as const));
    if (minute !== this.#minute) {
      if (this.#minute === minute - MINUTE_S) this.#close(this.#minute, now);
      this.#minute = minute;
      this.#running = new Map([...now].map(([circuit, begin]) => [circuit, { begin, samples: [] }]));
    }
    for (const [circuit, sample] of now) this.#running.get(circuit)?.samples.push(sample);
  }

  /** The answer of `GetRecords`: a block for each stretch without a hole. */
  blocks(from: number): readonly { readonly ts: number; readonly period: number; readonly records: number }[] {
    const blocks: { ts: number; period: number; records: number }[] = [];
    for (const ts of this.#times(from, Number.POSITIVE_INFINITY)) {
      const last = blocks.at(-1);
      if (last && last.ts + last.records * MINUTE_S === ts) last.records++;
      else blocks.push({ ts, period: MINUTE_S, records: 1 });
    }
    return blocks;
  }

  /** The answer of `GetData`: one page. */
  page(from: number, to: number): object {
    const times = this.#times(from, to);
    const shown = times.slice(0, this.#options.pageRows);
    const data: { ts: number; period: number; values: (readonly number[])[] }[] = [];
    for (const ts of shown) {
      const last = data.at(-1);
      const row = this.#records.get(ts) ?? [];
      if (last && last.ts + last.values.length * MINUTE_S === ts) last.values.push(row);
      else data.push({ ts, period: MINUTE_S, values: [row] });
    }
    const next = times[shown.length];
    return { keys: this.keys, data, ...(next === undefined ? {} : { next_record_ts: next }) };
  }

  /** The file `data.csv`. */
  csv(from: number, to: number, withKeys: boolean): string {
    const lines = this.#times(from, to).map((ts) => [ts, ...(this.#records.get(ts) ?? [])].join(","));
    return [...(withKeys ? [["timestamp", ...this.keys].join(",")] : []), ...lines, ""].join("\n");
  }

  #times(from: number, to: number): readonly number[] {
    return [...this.#records.keys()].filter((ts) => ts >= from && ts <= to).sort((a, b) => a - b);
  }

  #close(minute: number, end: ReadonlyMap<string, MeterSample>): void {
    const { circuits, more } = this.#options;
    const rows = circuits.flatMap(([circuit]) => {
      const running = this.#running.get(circuit);
      const last = end.get(circuit);
      return running && last ? this.#values(running, last) : [];
    });
    this.#records.set(minute, [...rows, ...more.map(() => 0)]);
  }

  #values({ begin, samples }: Running, end: MeterSample): readonly number[] {
    const powers = samples.map(({ powerW }) => powerW);
    const apparent = samples.map(({ voltageV, currentA }) => voltageV * currentA);
    const volts = samples.map(({ voltageV }) => voltageV);
    const amps = samples.map(({ currentA }) => currentA);
    const [imported, exported] = [end.importWh - begin.importWh, end.exportWh - begin.exportWh];
    const values: Readonly<Record<string, number>> = {
      total_act_energy: round(imported, 4),
      fund_act_energy: round(imported, 4),
      total_act_ret_energy: round(exported, 4),
      fund_act_ret_energy: round(exported, 4),
      max_act_power: round(Math.max(...powers), 1),
      min_act_power: round(Math.min(...powers), 1),
      max_aprt_power: round(Math.max(...apparent), 1),
      min_aprt_power: round(Math.min(...apparent), 1),
      max_voltage: round(Math.max(...volts), 3),
      min_voltage: round(Math.min(...volts), 3),
      avg_voltage: round(mean(volts), 3),
      max_current: round(Math.max(...amps), 3),
      min_current: round(Math.min(...amps), 3),
      avg_current: round(mean(amps), 3),
    };
    return this.#options.names.map((name) => values[name] ?? 0);
  }
}

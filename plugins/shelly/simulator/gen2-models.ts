import { type Instant, instant } from "@vatio/plugin-api";
import type { MeterSample, MeterSource } from "./meter-source.js";

/** A component as the device reports it. */
export type ComponentStatus = Readonly<Record<string, unknown>>;

/** Registers as they stood when the device reset them: what it shows is the rest. */
export type RegisterBase = (circuit: string) => { readonly importWh: number; readonly exportWh: number };

/** How a component is read. */
export interface ComponentReading {
  readonly source: MeterSource;
  readonly at: Instant;
  readonly base: RegisterBase;
  /** False before the device knows the date: then the registers have no minutes. */
  readonly hasClock: boolean;
}

/** A model of Gen2 or later. */
export interface Gen2Model {
  /** Beginning of the device id: `shellyplus1pm`. */
  readonly name: string;
  readonly model: string;
  readonly app: string;
  readonly profile?: string;
  /** Circuits that it measures. */
  readonly circuits: readonly string[];
  /** Components that write every minute down, with their circuits and what the names of their values begin with. */
  readonly records?: Readonly<Record<string, readonly (readonly [circuit: string, prefix: string])[]>>;
  /** The status of each of its components that measure. */
  status(reading: ComponentReading): Readonly<Record<string, ComponentStatus>>;
}

const round = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals;

/** Register in Wh, with the fields that come with it once the device knows the date. */
function register(total: number, { at, hasClock }: ComponentReading): ComponentStatus {
  const minute = Math.floor(at / 60_000) * 60;
  return { total: round(total, 3), ...(hasClock ? { by_minute: [0, 0, 0], minute_ts: minute } : {}) };
}

function switchStatus(id: number, reading: ComponentReading, withReturn: boolean): ComponentStatus {
  const circuit = `switch:${id}`;
  const sample = reading.source.read(circuit, reading.at);
  const { importWh, exportWh } = since(sample, reading.base(circuit));
  return {
    id,
    source: "init",
    output: reading.source.isOn(circuit),
    apower: round(withReturn ? sample.powerW : Math.abs(sample.powerW), 1),
    voltage: round(sample.voltageV, 1),
    current: round(sample.currentA, 3),
    ...(withReturn ? { freq: round(sample.frequencyHz, 1), pf: round(sample.powerFactor, 2) } : {}),
    // The device adds what it returns to both registers.
    aenergy: register(importWh + exportWh, reading),
    ...(withReturn ? { ret_aenergy: register(exportWh, reading) } : {}),
    temperature: { tC: 41.5, tF: 106.7 },
  };
}

const since = (sample: MeterSample, base: ReturnType<RegisterBase>) => ({
  importWh: sample.importWh - base.importWh,
  exportWh: sample.exportWh - base.exportWh,
});

function switchModel(name: string, model: string, app: string, withReturn: boolean): Gen2Model {
  return {
    name,
    model,
    app,
    circuits: ["switch:0"],
    status: (reading) => ({ "switch:0": switchStatus(0, reading, withReturn) }),
  };
}

const PHASES = ["a", "b", "c"] as const;

type Phase = (typeof PHASES)[number];
type PhaseSample = readonly [phase: Phase, sample: MeterSample];
type PhaseRegisters = readonly [phase: Phase, registers: Pick<MeterSample, "importWh" | "exportWh">];

function emStatus(reading: ComponentReading): Readonly<Record<string, ComponentStatus>> {
  const samples = PHASES.map((phase): PhaseSample => [phase, reading.source.read(`em:0/${phase}`, reading.at)]);
  const registers = samples.map(([phase, one]): PhaseRegisters => [phase, since(one, reading.base(`em:0/${phase}`))]);
  return { "em:0": emPowers(samples), "emdata:0": emRegisters(registers) };
}

/** Two clamps, each with a register of its own. */
function em1Status(reading: ComponentReading): Readonly<Record<string, ComponentStatus>> {
  const clamps = [0, 1].map((id) => {
    const sample = reading.source.read(`em1:${id}`, reading.at);
    const { importWh, exportWh } = since(sample, reading.base(`em1:${id}`));
    return {
      [`em1:${id}`]: {
        id,
        current: round(sample.currentA, 3),
        voltage: round(sample.voltageV, 1),
        act_power: round(sample.powerW, 1),
        aprt_power: round(apparent(sample), 1),
        pf: round(sample.powerFactor, 2),
        freq: round(sample.frequencyHz, 1),
      },
      [`em1data:${id}`]: {
        id,
        total_act_energy: round(importWh, 2),
        total_act_ret_energy: round(exportWh, 2),
      },
    };
  });
  return Object.assign({}, ...clamps);
}

const apparent = ({ voltageV, currentA }: MeterSample): number => voltageV * currentA;

const total = <T>(phases: readonly (readonly [phase: Phase, one: T])[], pick: (one: T) => number): number =>
  phases.reduce((sum, [, one]) => sum + pick(one), 0);

/** The component `em:0`: what flows now. */
function emPowers(samples: readonly PhaseSample[]): ComponentStatus {
  const phases = samples.map(([phase, one]) => ({
    [`${phase}_current`]: round(one.currentA, 3),
    [`${phase}_voltage`]: round(one.voltageV, 1),
    [`${phase}_act_power`]: round(one.powerW, 1),
    [`${phase}_aprt_power`]: round(apparent(one), 1),
    [`${phase}_pf`]: round(one.powerFactor, 2),
    [`${phase}_freq`]: round(one.frequencyHz, 1),
  }));
  const [current, power] = [total(samples, ({ currentA }) => currentA), total(samples, ({ powerW }) => powerW)];
  return {
    id: 0,
    ...Object.assign({}, ...phases),
    n_current: null,
    total_current: round(current, 3),
    total_act_power: round(power, 3),
    total_aprt_power: round(total(samples, apparent), 3),
    user_calibrated_phase: [],
  };
}

/** The component `emdata:0`: what has flowed since the registers were cleared. */
function emRegisters(registers: readonly PhaseRegisters[]): ComponentStatus {
  const phases = registers.map(([phase, { importWh, exportWh }]) => ({
    [`${phase}_total_act_energy`]: round(importWh, 2),
    [`${phase}_total_act_ret_energy`]: round(exportWh, 2),
  }));
  const [imported, exported] = [
    total(registers, ({ importWh }) => importWh),
    total(registers, ({ exportWh }) => exportWh),
  ];
  return { id: 0, ...Object.assign({}, ...phases), total_act: round(imported, 2), total_act_ret: round(exported, 2) };
}

/** Models that can be simulated. */
export const GEN2_MODELS = {
  plus1pm: switchModel("shellyplus1pm", "SNSW-001P16EU", "Plus1PM", false),
  plusplugs: switchModel("shellyplusplugs", "SNPL-00112EU", "PlusPlugS", false),
  pro1pm: switchModel("shellypro1pm", "SPSW-201PE16EU", "Pro1PM", true),
  pro3em: {
    name: "shellypro3em",
    model: "SPEM-003CEBEU",
    app: "Pro3EM",
    profile: "triphase",
    circuits: PHASES.map((phase) => `em:0/${phase}`),
    records: { "emdata:0": PHASES.map((phase) => [`em:0/${phase}`, `${phase}_`] as const) },
    status: emStatus,
  },
  proem50: {
    name: "shellyproem50",
    model: "SPEM-002CEBEU50",
    app: "ProEM50",
    profile: "monophase",
    circuits: ["em1:0", "em1:1"],
    records: { "em1data:0": [["em1:0", ""]], "em1data:1": [["em1:1", ""]] },
    status: em1Status,
  },
} as const satisfies Readonly<Record<string, Gen2Model>>;

/** Name of a model that can be simulated. */
export type Gen2ModelName = keyof typeof GEN2_MODELS;

/** An instant in the seconds that Shelly devices send. */
export const toSeconds = (at: number): number => Math.round(instant(at) / 10) / 100;

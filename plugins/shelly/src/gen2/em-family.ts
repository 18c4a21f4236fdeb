import { type ChannelReading, type Decoded, joined, NOTHING, refused } from "../reading.js";
import {
  type ComponentInput,
  type Family,
  type Gauges,
  gaugesOf,
  hasFailed,
  measured,
  meterFailed,
  numbers,
  outOfRange,
  withoutFields,
} from "./family.js";

const PHASES = [
  ["a", 1],
  ["b", 2],
  ["c", 3],
] as const;
type PhaseName = (typeof PHASES)[number][0];

const TOTAL: Gauges = { total_act_power: "power_w", total_aprt_power: "apparent_va", total_current: "current_a" };
const NEUTRAL: Gauges = { n_current: "neutral_current_a" };
const TOTAL_ENERGY: Gauges = { total_act: "energy_import_wh", total_act_ret: "energy_export_wh" };

const phaseGauges = (phase: PhaseName): Gauges => ({
  [`${phase}_act_power`]: "power_w",
  [`${phase}_voltage`]: "voltage_v",
  [`${phase}_current`]: "current_a",
  [`${phase}_pf`]: "power_factor",
  [`${phase}_freq`]: "frequency_hz",
  [`${phase}_aprt_power`]: "apparent_va",
});

const phaseEnergy = (phase: PhaseName): Gauges => ({
  [`${phase}_total_act_energy`]: "energy_import_wh",
  [`${phase}_total_act_ret_energy`]: "energy_export_wh",
});

const EM1: Gauges = {
  act_power: "power_w",
  voltage: "voltage_v",
  current: "current_a",
  pf: "power_factor",
  freq: "frequency_hz",
  aprt_power: "apparent_va",
};
const EM1_ENERGY: Gauges = { total_act_energy: "energy_import_wh", total_act_ret_energy: "energy_export_wh" };

const pathsOf = (gauges: readonly Gauges[]): string[] => gauges.flatMap((group) => Object.keys(group));

/** Three phases and their sum, with the neutral where it has a clamp: channels `em:N`, `em:N/a`, `/b` and `/c`. */
export const emFamily: Family = {
  fields: {
    ...numbers(pathsOf([TOTAL, NEUTRAL, ...PHASES.map(([phase]) => phaseGauges(phase))])),
    errors: "list",
    a_errors: "list",
    b_errors: "list",
    c_errors: "list",
  },
  decode(input) {
    const phases = PHASES.map(([phase, number]) => decodePhase(input, phase, number));
    return joined([decodeSum(input), ...phases]);
  },
};

/** Registers of `em`. Import and export are counted apart here. */
export const emDataFamily: Family = {
  fields: numbers(pathsOf([TOTAL_ENERGY, ...PHASES.map(([phase]) => phaseEnergy(phase))])),
  decode({ number, patch }) {
    const sum: ChannelReading = { channel: `em:${number}`, kind: "meter", values: gaugesOf(patch.set, TOTAL_ENERGY) };
    const phases = PHASES.map(([phase, index]): ChannelReading => {
      return {
        channel: `em:${number}/${phase}`,
        kind: "meter",
        phase: index,
        values: gaugesOf(patch.set, phaseEnergy(phase)),
      };
    });
    return { ...NOTHING, readings: [sum, ...phases] };
  },
};

/** One clamp: channel `em1:N`. */
export const em1Family: Family = {
  fields: { ...numbers(pathsOf([EM1])), errors: "list" },
  decode(input) {
    const { refusals, ...meter } = measured(input, { gauges: EM1, voltage: "voltage", errors: ["errors"] });
    return { ...NOTHING, refusals, readings: [{ channel: input.key, kind: "meter", ...meter }] };
  },
};

/** Registers of `em1`. Import and export are counted apart here. */
export const em1DataFamily: Family = {
  fields: numbers(pathsOf([EM1_ENERGY])),
  decode: ({ number, patch }) => ({
    ...NOTHING,
    readings: [{ channel: `em1:${number}`, kind: "meter", values: gaugesOf(patch.set, EM1_ENERGY) }],
  }),
};

function decodePhase(input: ComponentInput, phase: PhaseName, number: 1 | 2 | 3): Decoded {
  const key = `${input.key}/${phase}`;
  const part = { gauges: phaseGauges(phase), voltage: `${phase}_voltage`, errors: ["errors", `${phase}_errors`] };
  const { refusals, ...meter } = measured({ ...input, key }, part);
  return { ...NOTHING, refusals, readings: [{ channel: key, kind: "meter", phase: number, ...meter }] };
}

/** The device's own sum; without meaning while one of its phases fails, or in what one of them cannot measure. */
function decodeSum({ key, patch, known }: ComponentInput): Decoded {
  const lists = ["errors", ...PHASES.map(([phase]) => `${phase}_errors`)];
  const channel = { channel: key, kind: "meter" } as const;
  if (hasFailed(known, lists)) {
    return { ...refused(meterFailed(key)), readings: [{ ...channel, values: {}, standing: [] }] };
  }
  const beyond = outOfRange(known, lists);
  const gauges = { ...withoutFields(TOTAL, beyond), ...NEUTRAL };
  const standing = Object.keys(gaugesOf(known, gauges));
  return { ...NOTHING, readings: [{ ...channel, values: gaugesOf(patch.set, gauges), standing }] };
}

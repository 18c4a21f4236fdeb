import { text } from "@vatio/plugin-api";
import { type ChannelReading, type Decoded, joined, NOTHING, refused } from "../reading.js";
import { numberAt } from "./component-fields.js";
import {
  type ComponentInput,
  type Family,
  type Gauges,
  gaugesOf,
  hasFailed,
  numbers,
  withoutGhosts,
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
    const sum: ChannelReading = { channel: `em:${number}`, kind: "meter", values: gaugesOf(patch, TOTAL_ENERGY) };
    const phases = PHASES.map(([phase, index]): ChannelReading => {
      return {
        channel: `em:${number}/${phase}`,
        kind: "meter",
        phase: index,
        values: gaugesOf(patch, phaseEnergy(phase)),
      };
    });
    return { ...NOTHING, readings: [sum, ...phases] };
  },
};

/** One clamp: channel `em1:N`. */
export const em1Family: Family = {
  fields: { ...numbers(pathsOf([EM1])), errors: "list" },
  decode({ key, patch, known }) {
    const channel: ChannelReading = { channel: key, kind: "meter", values: {} };
    if (hasFailed(known)) return failedMeter(channel);
    const values = withoutGhosts(gaugesOf(patch, EM1), numberAt(known, "voltage"));
    return { ...NOTHING, readings: [{ ...channel, values }] };
  },
};

/** Registers of `em1`. Import and export are counted apart here. */
export const em1DataFamily: Family = {
  fields: numbers(pathsOf([EM1_ENERGY])),
  decode: ({ number, patch }) => ({
    ...NOTHING,
    readings: [{ channel: `em1:${number}`, kind: "meter", values: gaugesOf(patch, EM1_ENERGY) }],
  }),
};

function decodePhase({ key, patch, known }: ComponentInput, phase: PhaseName, number: 1 | 2 | 3): Decoded {
  const channel: ChannelReading = { channel: `${key}/${phase}`, kind: "meter", phase: number, values: {} };
  if (hasFailed(known, `${phase}_errors`)) return failedMeter(channel);
  const values = withoutGhosts(gaugesOf(patch, phaseGauges(phase)), numberAt(known, `${phase}_voltage`));
  return { ...NOTHING, readings: [{ ...channel, values }] };
}

/** The device's own sum; without meaning while one of its phases fails. */
function decodeSum({ key, patch, known }: ComponentInput): Decoded {
  const channel: ChannelReading = { channel: key, kind: "meter", values: {} };
  const failed = hasFailed(known) || PHASES.some(([phase]) => hasFailed(known, `${phase}_errors`));
  const values = gaugesOf(patch, { ...TOTAL, ...NEUTRAL });
  return failed ? failedMeter(channel) : { ...NOTHING, readings: [{ ...channel, values }] };
}

const failedMeter = (channel: ChannelReading): Decoded => ({
  ...refused(text("shelly.rejected.meter-failed", { channel: channel.channel })),
  readings: [channel],
});

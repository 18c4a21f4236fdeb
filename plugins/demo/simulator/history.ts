import { type Instant, localTime } from "@vatio/model";
import { APPLIANCES, type Appliance } from "./appliances.js";
import { registersAtStart, weekdayOf } from "./household.js";
import * as loads from "./loads.js";

/** The past of one appliance in steps of one length. */
export interface ApplianceHistory {
  readonly appliance: Appliance;
  /** End of each step. */
  readonly at: Float64Array;
  /** Mean power of the step in W; export is negative. */
  readonly watts: Float64Array;
  /** Registers at the end of the step, in Wh. */
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
}

/** Which past is wanted. */
export interface HistoryOptions {
  readonly seed: number;
  /** IANA zone whose wall clock the people live by. */
  readonly zone: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly stepMs: number;
  /** Called between days: a year is some seconds of work, and others want their turn. */
  readonly breathe?: () => Promise<void>;
}

const MINUTE = 60_000;
const MS_IN_HOUR = 3_600_000;
const STEPS_AT_ONCE = 288;

/**
 * What the meters of the household would have said in a span of the past. The registers end at what a {@link Household} begins with, so
 * that its readings go on where these end.
 */
export async function householdHistory(options: HistoryOptions): Promise<readonly ApplianceHistory[]> {
  const { from, to, stepMs } = options;
  const steps = Math.max(0, Math.floor((to - from) / stepMs));
  const at = Float64Array.from({ length: steps }, (_, step) => to - (steps - 1 - step) * stepMs);
  const watts = new Map(APPLIANCES.map(({ key }) => [key, new Float64Array(steps)]));
  for (let first = 0; first < steps; first += STEPS_AT_ONCE) {
    for (let step = first; step < Math.min(steps, first + STEPS_AT_ONCE); step++)
      fillStep(options, { step, end: at[step] as number, watts });
    await options.breathe?.();
  }
  return APPLIANCES.map((appliance, index) => {
    const power = watts.get(appliance.key) ?? new Float64Array(steps);
    return {
      appliance,
      at,
      watts: power,
      ...registersOf(power, { stepMs, ...registersAtStart(appliance.key, index) }),
    };
  });
}

/** Mean power of every appliance within a step, minute by minute; the grid is what the others leave. */
function fillStep(
  { seed, zone, stepMs }: HistoryOptions,
  { step, end, watts }: { step: number; end: number; watts: ReadonlyMap<string, Float64Array> },
): void {
  const minutes = Math.max(1, Math.round(stepMs / MINUTE));
  const start = end - stepMs;
  const local = localTime(start as Instant, zone);
  const weekday = weekdayOf(local.year, local.month, local.day);
  for (let minute = 0; minute < minutes; minute++) {
    const hour = (local.hour + (local.minute + minute + 0.5) / 60) % 24;
    const moment = { at: start + (minute + 0.5) * MINUTE, hour, weekday };
    let grid = loads.unmeasured(seed, moment);
    for (const { key, load, role } of APPLIANCES) {
      if (!load) continue;
      const power = load(seed, moment);
      grid += role === "generation" ? -power : power;
      add(watts.get(key), step, power / minutes);
    }
    add(watts.get("grid"), step, grid / minutes);
  }
}

function add(column: Float64Array | undefined, index: number, value: number): void {
  if (column) column[index] = (column[index] ?? 0) + value;
}

/** Registers at the end of each step, worked out from their last value backwards. */
function registersOf(
  watts: Float64Array,
  end: { readonly stepMs: number; readonly importWh: number; readonly exportWh: number },
): Pick<ApplianceHistory, "importWh" | "exportWh"> {
  const importWh = new Float64Array(watts.length);
  const exportWh = new Float64Array(watts.length);
  let { importWh: imported, exportWh: exported } = end;
  for (let step = watts.length - 1; step >= 0; step--) {
    importWh[step] = imported;
    exportWh[step] = exported;
    const wattHours = ((watts[step] ?? 0) * end.stepMs) / MS_IN_HOUR;
    if (wattHours >= 0) imported -= wattHours;
    else exported += wattHours;
  }
  return { importWh, exportWh };
}

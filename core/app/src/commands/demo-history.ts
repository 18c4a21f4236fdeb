import type { HubParts } from "@vatio/hub";
import {
  type Batch,
  type ChannelId,
  days,
  hours,
  type Instant,
  type MetricName,
  milliseconds,
  minutes,
} from "@vatio/plugin-api";
import { type ApplianceHistory, householdHistory } from "@vatio/plugin-demo/simulator";
import { simulatedDevice } from "./demo-devices.js";

const YEAR = days(365);
const STEP = minutes(5);
/** Rows of a batch: a week. */
const ROWS = days(7) / STEP;
/** The hub was off for a night: people see what a gap looks like. */
const OUTAGE = { from: days(24) + hours(9), to: days(24) } as const;
const IMPORT_ID = "demo-year";
const LINE_VOLTS = 127;

interface DemoChannel {
  readonly id: ChannelId;
  readonly metrics: readonly MetricName[];
  /** Part of the appliance that it measures. */
  readonly share: number;
}

/** Gives the simulated home the year before its devices were switched on, as an import that can be taken away again. */
export async function writeDemoYear(parts: HubParts, { seed, zone }: { readonly seed: number; readonly zone: string }) {
  const { clock, energy, telemetry } = parts;
  if (telemetry.segments.list().some(({ importId }) => importId === IMPORT_ID)) return;
  const breathe = (): Promise<void> => new Promise((resolve) => void clock.timer(milliseconds(0), resolve));
  const to = (clock.now() - days(1)) as Instant;
  const range = { from: (to - YEAR) as Instant, to: (to + 1) as Instant };
  const past = await householdHistory({
    seed,
    zone,
    from: range.from,
    to,
    stepMs: STEP,
    breathe,
  });
  const told = past.map((history) => ({ history, channels: channelsOf(parts, history) }));
  await telemetry.segments.addImport(IMPORT_ID, batches(told, to));
  for (const { channels } of told) for (const { id } of channels) await energy.recompute(id, range);
}

function channelsOf({ devices }: HubParts, { appliance }: ApplianceHistory): DemoChannel[] {
  const channels = devices.get(simulatedDevice(appliance))?.channels ?? [];
  const phases = channels.filter(({ phase }) => phase !== undefined).length;
  return channels.map(({ id, metrics, phase }) => ({
    id,
    metrics,
    share: phase === undefined ? 1 : 1 / Math.max(1, phases),
  }));
}

type Told = { readonly history: ApplianceHistory; readonly channels: readonly DemoChannel[] };

async function* batches(told: readonly Told[], end: Instant): AsyncGenerator<Batch> {
  for (const { history, channels } of told) {
    for (const channel of channels) {
      for (let first = 0; first < history.at.length; first += ROWS) yield batchOf(history, channel, { first, end });
    }
  }
}

function batchOf(
  history: ApplianceHistory,
  { id, metrics, share }: DemoChannel,
  { first, end }: { readonly first: number; readonly end: Instant },
): Batch {
  const rows = Array.from({ length: Math.min(ROWS, history.at.length - first) }, (_, i) => first + i).filter((row) => {
    const age = end - (history.at[row] ?? 0);
    return age < OUTAGE.to || age > OUTAGE.from;
  });
  const column = (value: (row: number) => number): Float64Array => Float64Array.from(rows, value);
  const watts = (row: number): number => (history.watts[row] ?? 0) * share;
  const known: Readonly<Record<MetricName, (row: number) => number>> = {
    power_w: watts,
    energy_import_wh: (row) => (history.importWh[row] ?? 0) * share,
    energy_export_wh: (row) => (history.exportWh[row] ?? 0) * share,
    voltage_v: () => LINE_VOLTS,
    current_a: (row) => Math.abs(watts(row)) / LINE_VOLTS,
  };
  const told = metrics.flatMap((metric) => {
    const value = known[metric];
    return value === undefined ? [] : [[metric, column(value)] as const];
  });
  return {
    channel: id,
    origin: "import",
    at: column((row) => history.at[row] ?? 0),
    columns: Object.fromEntries(told),
  };
}

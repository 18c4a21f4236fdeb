import { isChannelId, type MetricRegistry } from "@vatio/model";
import type { ChannelId, MetricName } from "@vatio/plugin-api";
import type { DeviceRegistry, PointRegistry } from "../registry/types.js";
import type { ExportBlock, TelemetryStore } from "../store/types.js";
import type { ExportRows, ExportTable, ReadingsRequest, Subject } from "./types.js";

/** What readings are exported from. */
export interface ReadingsSource {
  readonly store: Pick<TelemetryStore, "exportRows" | "last">;
  readonly points: Pick<PointRegistry, "assignmentsOf">;
  readonly devices: Pick<DeviceRegistry, "channel">;
  readonly metrics: MetricRegistry;
  /** What stands in the text columns of a target. */
  readonly subjectOf: (target: Subject["target"]) => Subject;
}

/** Raw readings of points and channels: one row for each channel and instant, a column for each metric. */
export function readingsTable(source: ReadingsSource, request: ReadingsRequest): ExportTable {
  const names = request.metrics ? [...new Set(request.metrics)] : metricsOf(source, request.targets);
  return {
    times: ["time"],
    texts: ["point", "channel"],
    numbers: names.map((name) => ({ name, unit: source.metrics.get(name)?.unit ?? "" })),
    rows: names.length === 0 ? noRows() : rowsOf(source, request, names),
  };
}

async function* noRows(): AsyncGenerator<ExportRows, void, void> {}

async function* rowsOf(
  { store, subjectOf }: ReadingsSource,
  { targets, range }: ReadingsRequest,
  metrics: readonly MetricName[],
): AsyncGenerator<ExportRows, void, void> {
  for (const target of new Set(targets)) {
    const subject = subjectOf(target);
    for await (const block of store.exportRows({ targets: [target], metrics, range }))
      yield toRows(block, subject, metrics);
  }
}

const toRows = ({ at, channel, columns }: ExportBlock, { point, zone }: Subject, metrics: readonly string[]) => ({
  count: at.length,
  zone,
  times: [at],
  texts: [point, channel],
  numbers: metrics.map((metric) => columns[metric]),
});

/** What the channels of the targets say that they measure, and what they were ever heard of: a firmware may have dropped a metric since. */
function metricsOf({ devices, metrics, points, store }: ReadingsSource, targets: ReadingsRequest["targets"]): string[] {
  const channels = new Set<ChannelId>(
    targets.flatMap((target) =>
      isChannelId(target) ? [target] : points.assignmentsOf(target).map(({ channel }) => channel),
    ),
  );
  const found = new Set<string>();
  for (const channel of channels) {
    for (const metric of devices.channel(channel)?.metrics ?? []) found.add(metric);
    for (const metric of Object.keys(store.last(channel))) found.add(metric);
  }
  return metrics
    .all()
    .map(({ name }) => name)
    .filter((name) => found.has(name));
}

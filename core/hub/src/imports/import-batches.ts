import { channelId, deviceId } from "@vatio/model";
import type { Batch, ChannelId, ImportedRows, MetricName } from "@vatio/plugin-api";

/** The channel of a circuit of an import. */
export const importChannel = (importId: string, key: string): ChannelId => channelId(deviceId("import", importId), key);

/** How a circuit is stored. */
export interface StoredCircuit {
  readonly channel: ChannelId;
  readonly reversed: boolean;
}

const MIRROR: Readonly<Record<MetricName, MetricName>> = {
  interval_import_wh: "interval_export_wh",
  interval_export_wh: "interval_import_wh",
  energy_import_wh: "energy_export_wh",
  energy_export_wh: "energy_import_wh",
};

/** The rows of the circuits that go somewhere, as the store takes them. */
export async function* importBatches(
  parts: AsyncIterable<ImportedRows>,
  circuits: ReadonlyMap<string, StoredCircuit>,
): AsyncGenerator<Batch> {
  for await (const part of parts) {
    const circuit = circuits.get(part.series.key);
    if (circuit) yield batchOf(part, circuit);
  }
}

function batchOf({ at, columns }: ImportedRows, { channel, reversed }: StoredCircuit): Batch {
  const order = orderOf(at);
  const inOrder = (column: Float64Array): Float64Array =>
    order ? Float64Array.from(order, (row) => column[row] ?? Number.NaN) : column;
  const turned = Object.entries(columns).map(([metric, column]) => {
    const negated = reversed && metric === "power_w" ? column.map((value) => -value) : column;
    return [reversed ? (MIRROR[metric] ?? metric) : metric, inOrder(negated)] as const;
  });
  return { channel, origin: "import", at: inOrder(at), columns: Object.fromEntries(turned) };
}

/** Rows by time; undefined when they are in order already. */
function orderOf(at: Float64Array): Uint32Array | undefined {
  if (at.every((value, row) => row === 0 || value >= (at[row - 1] ?? 0))) return undefined;
  return Uint32Array.from(at.keys()).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0));
}

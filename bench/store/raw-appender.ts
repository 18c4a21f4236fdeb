import { systemClock } from "../../core/hub/src/clock.js";
import { ChunkWriter } from "../../core/hub/src/store/chunk-writer.js";
import { DuckDb } from "../../core/hub/src/store/duckdb.js";
import { RowBuffer } from "../../core/hub/src/store/row-buffer.js";
import { METER_METRICS, meterColumns } from "./simulated-meter.js";
import { CHANNELS, inBenchFolder } from "./store-setup.js";

const GROUP_ROWS = 8_192;
const nothing = (): void => undefined;

/** Rows a second of DuckDB's appender alone: the same rows in the same groups, each in a durable transaction, and nothing around them. */
export function measureRawAppender(rows: number): Promise<number> {
  return inBenchFolder(async (file) => {
    const database = await DuckDb.open({
      path: file,
      memoryMb: 512,
      threads: 2,
      clock: systemClock,
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    });
    const connection = await database.connect();
    const metrics = METER_METRICS.map((metric) => `"${metric}" DOUBLE`).join(", ");
    await connection.run(
      `CREATE TABLE hot (channel INTEGER, "at" BIGINT, arrival BIGINT, origin UTINYINT, ${metrics})`,
    );
    const writer = new ChunkWriter(await connection.raw.createAppender("hot"), METER_METRICS);
    const buffer = groupOf(GROUP_ROWS);
    const started = performance.now();
    for (let n = 0; n < rows; n += GROUP_ROWS) {
      await connection.run("BEGIN");
      writer.write(buffer);
      await connection.run("COMMIT");
    }
    const seconds = (performance.now() - started) / 1_000;
    database.close();
    return (Math.ceil(rows / GROUP_ROWS) * GROUP_ROWS) / seconds;
  });
}

function groupOf(rows: number): RowBuffer {
  const buffer = new RowBuffer();
  const columns = meterColumns(0, 0, rows);
  const at = Float64Array.from({ length: rows }, (_, i) => systemClock.now() + i * 1_000);
  const [channel] = CHANNELS;
  if (!channel) return buffer;
  buffer.append(
    {
      channel,
      number: 1,
      origin: "live",
      originCode: 0,
      at,
      names: METER_METRICS,
      values: Object.values(columns),
      rows: undefined,
    },
    0,
    rows,
    1,
  );
  return buffer;
}

import type { ChildServer } from "./child-engine.js";
import type { DataSet, MeterBlock } from "./data-set.js";

const ROWS_AT_ONCE = 5_000;
const AT_ONCE = 4;

/** Readings as lines: `meter,m=3 power_w=12.3,… 1700000000000`. */
function* linesOf({ meter, at, columns }: MeterBlock): Generator<string> {
  const metrics = Object.entries(columns);
  for (let first = 0; first < at.length; first += ROWS_AT_ONCE) {
    const lines: string[] = [];
    for (let row = first; row < Math.min(at.length, first + ROWS_AT_ONCE); row++) {
      const fields = metrics.map(([metric, column]) => `${metric}=${Number((column[row] as number).toFixed(3))}`);
      lines.push(`meter,m=${meter} ${fields.join(",")} ${at[row]}`);
    }
    yield lines.join("\n");
  }
}

/** Sends a data set in the line protocol of InfluxDB, some requests at a time. */
export async function sendLines(server: ChildServer, pathAndQuery: string, data: DataSet): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (const block of data.blocks()) {
    for (const body of linesOf(block)) {
      const request = server.post(pathAndQuery, body).finally(() => underWay.delete(request));
      underWay.add(request);
      if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    }
  }
  await Promise.all(underWay);
}

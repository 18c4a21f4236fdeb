import { type Instant, row } from "@vatio/plugin-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestClient, type TestServer } from "../http/support/test-server.js";
import { addShelly } from "../http/support/test-services.js";
import { temporaryFolder } from "../store/support/fixture.js";
import { parseCsv } from "./support/parse-csv.js";
import { readParquet } from "./support/read-parquet.js";

const HOUR = 3_600_000;
/** Midnight in Mexico City, which is six hours behind. */
const FROM = Date.UTC(2026, 2, 10, 6);
const HOURS = 48;

let server: TestServer;
let home: Awaited<ReturnType<typeof addShelly>>;
let viewer: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  const { services } = server;
  home = await addShelly(services);
  await services.points.assign(home.point, home.channel, FROM as Instant);
  // 100 Wh in each of 48 hours, told every five minutes.
  const rows = Array.from({ length: HOURS * 12 + 1 }, (_, i) =>
    row(home.channel, (FROM + i * 300_000) as Instant, { energy_import_wh: 1_000 + (i * 100) / 12 }),
  );
  services.energy.start();
  await services.store.write(rows);
  await services.energy.settle();
  viewer = await server.person("viewer");
});
afterAll(async () => {
  await server.services.energy.stop();
  await server.close();
});

const RANGE = `from=${FROM}&to=${FROM + HOURS * HOUR}`;

async function csvOf(query: string): Promise<string[][]> {
  const response = await fetch(`${server.url}/api/v1/export/energy?${query}`, { headers: viewer.headers });
  expect(response.status).toBe(200);
  return parseCsv(await response.text());
}

const sumOf = (rows: readonly (readonly string[])[], column: number): number =>
  rows.slice(1).reduce((sum, cells) => sum + Number(cells[column]), 0);

describe("energy over HTTP", () => {
  it("has a row for each bucket, in both times, with the units in its header", async () => {
    const rows = await csvOf(`points=${home.point}&${RANGE}&bucket=day&format=csv`);
    expect(rows[0]).toEqual([
      ...["from_utc", "from_local", "to_utc", "to_local", "point", "point_id", "role"],
      ...["import_wh (Wh)", "export_wh (Wh)", "coverage", "quality"],
    ]);
    expect(rows.slice(1).map((cells) => [cells[0], cells[1], cells[3], cells[4], cells[5], cells[6]])).toEqual([
      [
        ...["2026-03-10T06:00:00.000Z", "2026-03-10T00:00:00.000-06:00", "2026-03-11T00:00:00.000-06:00"],
        ...["Boiler", home.point, "load"],
      ],
      [
        ...["2026-03-11T06:00:00.000Z", "2026-03-11T00:00:00.000-06:00", "2026-03-12T00:00:00.000-06:00"],
        ...["Boiler", home.point, "load"],
      ],
    ]);
    expect(sumOf(rows, 7)).toBeCloseTo(HOURS * 100, 6);
  });

  it.each([
    ["slot", HOURS * 4],
    ["hour", HOURS],
    ["day", 2],
    ["month", 1],
  ])("is the same in all for buckets of a %s", async (bucket, count) => {
    const rows = await csvOf(`site=${home.site.id}&${RANGE}&bucket=${bucket}&format=csv`);
    expect(rows).toHaveLength(count + 1);
    expect(sumOf(rows, 7)).toBeCloseTo(HOURS * 100, 6);
  });

  it("finds what there is in a range without end, and leaves out what is not", async () => {
    const rows = await csvOf(`site=${home.site.id}&from=0&to=8640000000000000&bucket=hour&format=csv`);
    expect(rows).toHaveLength(HOURS + 1);
    expect(await csvOf(`site=${home.site.id}&from=0&to=${FROM - 86_400_000}&bucket=month&format=csv`)).toHaveLength(1);
  });

  it("comes as Parquet with the same columns", async () => {
    const url = `${server.url}/api/v1/export/energy?site=${home.site.id}&${RANGE}&bucket=hour&format=parquet`;
    const response = await fetch(url, { headers: viewer.headers });
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="vatio-energy-casa-2026-03-10-2026-03-12.parquet"',
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { rows, types } = await readParquet({ file: `${temporaryFolder()}/x.parquet`, bytes });
    expect(Object.keys(types)).toEqual([
      ...["from", "from_local", "to", "to_local", "point", "point_id", "role"],
      ...["import_wh", "export_wh", "coverage", "quality"],
    ]);
    expect(rows).toHaveLength(HOURS);
    expect(rows[0]?.slice(0, 2)).toEqual(["2026-03-10 06:00:00+00", "2026-03-10 00:00:00"]);
  });

  it("is refused to whoever may not read", async () => {
    const ingest = await server.machine("ingest");
    const url = `/export/energy?points=${home.point}&${RANGE}&bucket=day&format=csv`;
    expect(await ingest.api("GET", url)).toMatchObject({ status: 403, code: "E_PERMISSION" });
  });
});

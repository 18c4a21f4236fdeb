import { request } from "node:http";
import { type Instant, row } from "@vatio/plugin-api";
import { eventually } from "@vatio/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestClient, type TestServer } from "../http/support/test-server.js";
import { addShelly } from "../http/support/test-services.js";
import { temporaryFolder } from "../store/support/fixture.js";
import { parseCsv } from "./support/parse-csv.js";
import { readParquet } from "./support/read-parquet.js";

const FROM = Date.UTC(2026, 2, 10);
const ROWS = 40_000;

let server: TestServer;
let home: Awaited<ReturnType<typeof addShelly>>;
let viewer: TestClient;
let range: string;

beforeAll(async () => {
  server = await startTestServer();
  home = await addShelly(server.services);
  await server.services.points.assign(home.point, home.channel, FROM as Instant);
  const at = Float64Array.from({ length: ROWS }, (_, i) => FROM + i * 1_000);
  const power_w = at.map((_, i) => 100 + (i % 1_000) / 10);
  await server.services.store.write([{ channel: home.channel, origin: "live", at, columns: { power_w } }]);
  await server.services.store.write([row(home.channel, FROM as Instant, { voltage_v: 127 })]);
  viewer = await server.person("viewer");
  range = `from=${FROM}&to=${FROM + ROWS * 1_000}`;
});
afterAll(() => server.close());

const download = (path: string, headers = viewer.headers): Promise<Response> =>
  fetch(`${server.url}/api/v1/export/${path}`, { headers });

describe("readings over HTTP", () => {
  it("come as a CSV file with a name", async () => {
    const response = await download(`readings?targets=${home.point}&${range}&format=csv`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="vatio-readings-boiler-2026-03-10-2026-03-10.csv"',
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    const rows = parseCsv(await response.text());
    expect(rows).toHaveLength(ROWS + 1);
    expect(rows[0]).toEqual(["time_utc", "time_local", "point", "channel", "power_w (W)", "voltage_v (V)"]);
    expect(rows[1]).toEqual([
      "2026-03-10T00:00:00.000Z",
      "2026-03-09T18:00:00.000-06:00",
      "Boiler",
      home.channel,
      "100",
      "127",
    ]);
  });

  it("come as a Parquet file that others read", async () => {
    const response = await download(`readings?targets=${encodeURIComponent(home.channel)}&${range}&format=parquet`);
    expect(response.headers.get("content-type")).toBe("application/vnd.apache.parquet");
    expect(response.headers.get("content-disposition")).toMatch(/\.parquet"$/);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { rows } = await readParquet({ file: `${temporaryFolder()}/x.parquet`, bytes });
    expect(rows).toHaveLength(ROWS);
    expect(rows[0]).toEqual(["2026-03-10 00:00:00+00", "2026-03-09 18:00:00", "Boiler", home.channel, 100, 127]);
  });

  it("have the separator and decimal that were asked for", async () => {
    const to = FROM + 2_000;
    const text = await (
      await download(
        `readings?targets=${home.point}&metrics=power_w&from=${FROM}&to=${to}&format=csv&decimal=comma&separator=tab&bom=true`,
      )
    ).arrayBuffer();
    const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(text);
    expect(decoded.startsWith("\uFEFFtime_utc\ttime_local\t")).toBe(true);
    expect(decoded).toContain("\t100,1\r\n");
  });

  it.each([
    ["readings?targets=nobody&from=0&to=1&format=csv", 404, "E_TARGET_UNKNOWN"],
    ["readings?targets=POINT&metrics=colour&from=0&to=1&format=csv", 404, "E_METRIC_UNKNOWN"],
    ["readings?targets=POINT&from=1&to=1&format=csv", 400, "E_RANGE_INVALID"],
    ["readings?targets=POINT&from=-1&to=1&format=csv", 400, "E_RANGE_INVALID"],
    ["readings?targets=POINT&from=0&to=1&format=xlsx", 400, "E_INPUT_INVALID"],
    ["readings?from=0&to=1&format=csv", 400, "E_INPUT_INVALID"],
    ["energy?from=0&to=1&bucket=day&format=csv", 400, "E_INPUT_INVALID"],
    ["energy?points=nobody&from=0&to=1&bucket=day&format=csv", 404, "E_POINT_UNKNOWN"],
    ["energy?site=nowhere&from=0&to=1&bucket=day&format=csv", 404, "E_SITE_UNKNOWN"],
  ])("%s is an error, and takes no place", async (path, status, code) => {
    const answer = await viewer.api("GET", `/export/${path.replace("POINT", home.point)}`);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  it("are refused to whoever may not read one of the targets", async () => {
    const ingest = await server.machine("ingest");
    expect((await download(`readings?targets=${home.point}&${range}&format=csv`, ingest.headers)).status).toBe(403);
    expect((await download(`readings?targets=${home.point}&${range}&format=csv`, {})).status).toBe(401);
  });
});

/** Asks and does not read the answer. */
function askOnly(path: string): Promise<{ readonly status: number; readonly leave: () => void }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}/api/v1/export/${path}`, { headers: viewer.headers }, (response) => {
      response.pause();
      resolve({ status: response.statusCode ?? 0, leave: () => asked.destroy() });
    });
    asked.on("error", (error) => (asked.destroyed ? undefined : reject(error)));
    asked.end();
  });
}

describe("places", () => {
  it("are two; who goes away frees one", async () => {
    // Some 30 MB of text: more than the system takes for a client that does not read.
    const at = Float64Array.from({ length: 300_000 }, (_, i) => FROM + 86_400_000 + i * 1_000);
    const power_w = at.map((_, i) => 100 + (i % 1_000) / 10);
    await server.services.store.write([{ channel: home.channel, origin: "live", at, columns: { power_w } }]);
    const path = `readings?targets=${home.point}&from=0&to=${FROM * 2}&format=csv`;
    const [one, two] = [await askOnly(path), await askOnly(path)];
    expect([one.status, two.status]).toEqual([200, 200]);
    const third = await viewer.api("GET", `/export/${path}`);
    expect([third.status, third.code]).toEqual([503, "E_EXPORT_BUSY"]);
    expect(third.headers.get("retry-after")).toBe("10");
    one.leave();
    two.leave();
    const little = `readings?targets=${home.point}&from=${FROM}&to=${FROM + 2_000}&format=csv`;
    await eventually(async () => (await download(little)).ok, "a place is free again");
  });

  it("are not taken by whoever asks for the head alone", async () => {
    const path = `${server.url}/api/v1/export/readings?targets=${home.point}&${range}&format=csv`;
    for (let i = 0; i < 4; i++) {
      const head = await fetch(path, { method: "HEAD", headers: viewer.headers });
      expect(head.status).toBe(200);
      expect(head.headers.get("content-disposition")).toMatch(/^attachment/);
    }
  });
});

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { ChannelId, Instant, Range } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { csvPieces } from "../../src/export/csv-stream.js";
import { parquetPieces } from "../../src/export/parquet-stream.js";
import { readingsTable } from "../../src/export/readings-table.js";
import { TempFolders } from "../../src/export/temp-folders.js";
import type { CsvStyle, ExportTable, ReadingsRequest } from "../../src/export/types.js";
import { MAIN, NOW, openStore, reading, SECOND, type StoreFixture, temporaryFolder } from "../store/support/fixture.js";
import { parseCsv } from "./support/parse-csv.js";
import { readParquet } from "./support/read-parquet.js";

const PLAIN: CsvStyle = { decimal: "point", separator: ",", bom: false };
const EVER: Range = { from: 0 as Instant, to: (NOW * 2) as Instant };
const NAMES: Readonly<Record<string, string>> = { [MAIN]: '=cmd|" /C calc"', [SECOND]: "Cocina, planta 2" };

function tableOf({ store, metrics }: StoreFixture, request: Partial<ReadingsRequest> = {}): ExportTable {
  return readingsTable(
    {
      store,
      metrics,
      points: { assignmentsOf: () => [] },
      devices: { channel: () => undefined },
      subjectOf: (target) => ({ target, point: NAMES[target] ?? "", zone: "Europe/Madrid" }),
    },
    { targets: [MAIN, SECOND], range: EVER, ...request },
  );
}

async function csvOf(table: ExportTable, style = PLAIN): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of csvPieces(table, style)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** Two channels with different metrics, a gap in a row, and the hour that comes twice in Madrid. */
async function writeSome({ store }: StoreFixture): Promise<void> {
  const fold = Date.UTC(2025, 9, 25, 23, 59, 59);
  await store.write([
    reading(MAIN, fold, { power_w: -12.5, energy_import_wh: 1000 }),
    reading(MAIN, fold + 3_600_000, { power_w: 20 }),
    reading(SECOND, fold, { voltage_v: 230.1 }),
  ]);
  await store.write([reading(MAIN, fold + 3_600_000, { energy_import_wh: 1001 })]);
}

describe("readings as CSV", () => {
  it("have one row for each instant, names with units, both times, and no formula", async () => {
    const fixture = await openStore();
    await writeSome(fixture);
    expect(await csvOf(tableOf(fixture))).toBe(
      [
        "time_utc,time_local,point,channel,power_w (W),energy_import_wh (Wh),voltage_v (V)",
        `2025-10-25T23:59:59.000Z,2025-10-26T01:59:59.000+02:00,"'=cmd|"" /C calc""",meter:a1/main,-12.5,1000,`,
        `2025-10-26T00:59:59.000Z,2025-10-26T02:59:59.000+02:00,"'=cmd|"" /C calc""",meter:a1/main,20,1001,`,
        `2025-10-25T23:59:59.000Z,2025-10-26T01:59:59.000+02:00,"Cocina, planta 2",meter:b2/main,,,230.1`,
        "",
      ].join("\r\n"),
    );
  });

  it("have commas as decimals, semicolons between and a mark of their encoding when asked", async () => {
    const fixture = await openStore();
    await writeSome(fixture);
    const style: CsvStyle = { decimal: "comma", separator: ";", bom: true };
    const text = await csvOf(tableOf(fixture, { targets: [SECOND] }), style);
    expect(text).toBe(
      "\uFEFFtime_utc;time_local;point;channel;voltage_v (V)\r\n" +
        "2025-10-25T23:59:59.000Z;2025-10-26T01:59:59.000+02:00;Cocina, planta 2;meter:b2/main;230,1\r\n",
    );
  });

  it("hold the metrics that were asked for, in that order, also those that nobody has", async () => {
    const fixture = await openStore();
    await writeSome(fixture);
    const metrics = ["voltage_v", "frequency_hz", "power_w", "voltage_v"];
    const [head, first] = parseCsv(await csvOf(tableOf(fixture, { metrics })));
    expect(head?.slice(4)).toEqual(["voltage_v (V)", "frequency_hz (Hz)", "power_w (W)"]);
    expect(first?.slice(4)).toEqual(["", "", "-12.5"]);
  });

  it("end at the end of the range and hold a target once", async () => {
    const fixture = await openStore();
    await writeSome(fixture);
    const range = { from: Date.UTC(2025, 9, 26) as Instant, to: Date.UTC(2025, 9, 27) as Instant };
    const rows = parseCsv(await csvOf(tableOf(fixture, { targets: [MAIN, MAIN], range })));
    expect(rows.slice(1).map(([utc]) => utc)).toEqual(["2025-10-26T00:59:59.000Z"]);
  });

  it("are a header alone when there is nothing", async () => {
    const fixture = await openStore();
    expect(await csvOf(tableOf(fixture))).toBe("time_utc,time_local,point,channel\r\n");
  });
});

const FREE = 10 ** 12;

interface Written {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly root: string;
}

interface WriteOptions {
  readonly sliceCells?: number;
  readonly free?: number;
  readonly signal?: AbortSignal;
}

async function parquetOf(fixture: StoreFixture, table: ExportTable, how: WriteOptions = {}): Promise<Written> {
  const data = temporaryFolder();
  const folders = new TempFolders(data);
  const pieces: Uint8Array[] = [];
  const options = {
    clock: fixture.clock,
    log: fixture.log,
    folders,
    minFreeBytes: FREE / 2,
    freeSpace: async () => how.free ?? FREE,
    signal: how.signal ?? new AbortController().signal,
    ...(how.sliceCells === undefined ? {} : { sliceCells: how.sliceCells }),
  };
  try {
    for await (const piece of parquetPieces(table, options)) pieces.push(piece);
  } finally {
    expect(existsSync(folders.root) ? readdirSync(folders.root) : []).toEqual([]);
  }
  return { file: path.join(data, "out.parquet"), bytes: Buffer.concat(pieces), root: folders.root };
}

describe("readings as Parquet", () => {
  it("have the columns of the CSV under plain names, with types, and NULL where nothing is known", async () => {
    const fixture = await openStore();
    await writeSome(fixture);
    const { rows, types, about } = await readParquet(await parquetOf(fixture, tableOf(fixture)));
    expect(types).toEqual({
      time: "TIMESTAMP WITH TIME ZONE",
      time_local: "TIMESTAMP",
      point: "VARCHAR",
      channel: "VARCHAR",
      power_w: "DOUBLE",
      energy_import_wh: "DOUBLE",
      voltage_v: "DOUBLE",
    });
    expect(rows).toEqual([
      ["2025-10-25 23:59:59+00", "2025-10-26 01:59:59", NAMES[MAIN], MAIN, -12.5, 1000, null],
      ["2025-10-26 00:59:59+00", "2025-10-26 02:59:59", NAMES[MAIN], MAIN, 20, 1001, null],
      ["2025-10-25 23:59:59+00", "2025-10-26 01:59:59", NAMES[SECOND], SECOND, null, null, 230.1],
    ]);
    expect(about).toEqual({ version: 1, units: { power_w: "W", energy_import_wh: "Wh", voltage_v: "V" } });
  });

  it("are the same rows in the same order whether one slice is written or many", async () => {
    const fixture = await openStore();
    for (let day = 0; day < 5; day++) await fixture.store.write([dayOf(MAIN, day), dayOf(SECOND, day)]);
    const whole = await readParquet(await parquetOf(fixture, tableOf(fixture)));
    const sliced = await readParquet(await parquetOf(fixture, tableOf(fixture), { sliceCells: 500 }));
    expect(whole.rows).toHaveLength(5 * 2 * 300);
    expect(sliced).toEqual(whole);
    expect([...whole.rows].map((row) => `${row[3]} ${row[0]}`)).toEqual(
      [...whole.rows].map((row) => `${row[3]} ${row[0]}`).sort(),
    );
  });

  it("are an empty file with columns when there is nothing", async () => {
    const fixture = await openStore();
    const { rows, types } = await readParquet(await parquetOf(fixture, tableOf(fixture, { metrics: ["power_w"] })));
    expect(rows).toEqual([]);
    expect(Object.keys(types)).toEqual(["time", "time_local", "point", "channel", "power_w"]);
  });

  it("are refused while the disk is nearly full, and leave nothing behind", async () => {
    const fixture = await openStore();
    await writeSome(fixture);
    await expect(parquetOf(fixture, tableOf(fixture), { free: FREE / 2 - 1 })).rejects.toMatchObject({
      code: "E_EXPORT_DISK_FULL",
      retryable: true,
    });
  });

  it("stop when whoever asked has gone away, and leave nothing behind", async () => {
    const fixture = await openStore();
    await writeSome(fixture);
    await expect(parquetOf(fixture, tableOf(fixture), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "E_ABORTED",
    });
  });
});

function dayOf(channel: ChannelId, day: number) {
  const from = NOW - 86_400_000 * (5 - day);
  const at = Float64Array.from({ length: 300 }, (_, i) => from + i * 1_000);
  return { channel, origin: "live" as const, at, columns: { power_w: at.map((instant) => (instant / 1_000) % 977) } };
}

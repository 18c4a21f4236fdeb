import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dataPath, describeWithData } from "../../../test/support/shared-data.js";
import { databaseOf } from "./support/database-of.js";
import { ImportingHub } from "./support/importing-hub.js";

const PATIENT = { timeout: 120_000 };

const VENDOR: readonly (readonly [file: string, format: string, importKwh: number, exportKwh: number, zone: string])[] =
  [
    ["shelly_em3_phaseA.csv.gz", "shelly-csv", 1_770.331_57, 0, "UTC"],
    ["dsmr_reader_hourly_2024.csv.gz", "dsmr-reader", 1_828.818 + 1_914.313, 651.104 + 1_477.279, "UTC"],
    ["nem12_5min_2023-10_2024-02.csv.gz", "nem12", 560.512_5, 302.865, "UTC"],
    ["greenbutton_coastal_single_family_hourly_2011.xml.gz", "green-button", 6_562.977, 0, "UTC"],
  ];

describeWithData("files of vendors, imported over HTTP", () => {
  it.each(VENDOR)("%s", PATIENT, async (name, format, importKwh, exportKwh) => {
    await using home = await ImportingHub.start();
    const upload = await home.upload(readFileSync(dataPath("vendor", name)), name);
    expect(upload.formats[0]?.id).toBe(format);
    const preview = await home.ask("POST", `/imports/${upload.id}/preview`, { format });
    expect(preview.series).toHaveLength(1);
    const [series] = preview.series;
    expect((series?.importWh ?? 0) / 1_000).toBeCloseTo(importKwh, 3);
    expect((series?.exportWh ?? 0) / 1_000).toBeCloseTo(exportKwh, 3);
    const months = series?.months.reduce((sum, month) => sum + month.importWh, 0);
    expect(months).toBeCloseTo(series?.importWh ?? 0, 3);
    expect((await home.ask("GET", "/points")) as unknown).toEqual([]);

    const target = { key: series?.key, policy: "gaps", newPoint: { name: "Meter", role: "grid" } };
    const applied = await home.ask("POST", `/imports/${upload.id}/apply`, { format, series: [target] });
    expect(applied.error).toBeUndefined();
    const point = applied.circuits[0]?.point ?? "";
    const energy = await home.energy(point);
    expect(energy.importWh / 1_000).toBeCloseTo(importKwh, 3);
    expect(energy.exportWh / 1_000).toBeCloseTo(exportKwh, 3);
    expect((await home.ask("GET", "/imports")).imports.map(({ id }) => id)).toEqual([upload.id]);

    await home.ask("DELETE", `/imports/${upload.id}`);
    expect(await home.energy(point)).toEqual({ importWh: 0, exportWh: 0 });
    expect(await home.ask("GET", "/imports")).toEqual({ imports: [], uploads: [] });
    expect(home.hub.parts.telemetry.segments.list()).toEqual([]);
  });
});

interface House {
  readonly daily_kwh: Readonly<Record<string, number>>;
  readonly total_kwh: number;
}

describeWithData("a house, imported as interval means", () => {
  it("has the energy of each of its days", PATIENT, async () => {
    const name = "household/uci_household_2007-01.txt.gz";
    const { files } = JSON.parse(readFileSync(dataPath("household", "reference.json"), "utf8")) as {
      files: Record<string, House>;
    };
    await using home = await ImportingHub.start();
    await home.hub.parts.sites.update(home.site as never, { zone: "UTC" });
    const upload = await home.upload(readFileSync(dataPath(name)), name);
    const [suggested] = (upload.formats[0]?.suggested.values ?? []) as readonly object[];
    const options = { zone: "UTC", values: [{ ...suggested, unit: "kW", series: "house" }], intervalMinutes: 1 };
    const target = { key: "house", policy: "gaps", newPoint: { name: "House", role: "grid" } };
    const applied = await home.ask("POST", `/imports/${upload.id}/apply`, { format: "csv", options, series: [target] });
    const days = await home.days(applied.circuits[0]?.point ?? "", "2007-01-01", "2007-02-01");
    const known = Object.values(files[name]?.daily_kwh ?? {});
    expect(days).toHaveLength(known.length);
    expect(days.filter((wh, day) => Math.abs(wh / 1_000 - (known[day] ?? 0)) > 0.001)).toEqual([]);
    expect(days.reduce((sum, wh) => sum + wh, 0) / 1_000).toBeCloseTo(files[name]?.total_kwh ?? 0, 2);
  });
});

/** Hours of one day of January 2024 in a table of some circuits, each with its own energy for each hour. */
const table = (circuits: Readonly<Record<string, (hour: number) => number>>, hours = 24): Uint8Array => {
  const rows = Array.from({ length: hours }, (_, hour) => {
    const at = new Date(Date.UTC(2024, 0, 10, hour)).toISOString();
    return [at, ...Object.values(circuits).map((wh) => wh(hour))].join(",");
  });
  return new TextEncoder().encode([`time,${Object.keys(circuits).join(",")}`, ...rows, ""].join("\n"));
};

const csv = (columns: readonly string[]): object => ({
  format: "csv",
  options: {
    values: columns.map((column) => ({ column, meaning: "energy", unit: "Wh", direction: "import", series: "" })),
  },
});

describe("imports and what a point has", PATIENT, () => {
  it("fill gaps, replace, add circuits up, turn directions, and leave everything as it was", async () => {
    await using home = await ImportingHub.start();
    const point = await home.newPoint("House");
    const first = await home.upload(table({ day: () => 100 }, 12), "first.csv");
    const target = { key: "day", policy: "gaps", point };
    await home.ask("POST", `/imports/${first.id}/apply`, { ...csv(["day"]), series: [target] });
    expect(await home.energy(point)).toEqual({ importWh: 1_200, exportWh: 0 });

    const second = await home.upload(table({ a: () => 10, b: () => 5, c: () => 1 }), "second.csv");
    const how = csv(["a", "b", "c"]);
    const preview = await home.ask("POST", `/imports/${second.id}/preview`, { ...how, points: { a: point } });
    expect(preview.conflicts).toMatchObject([{ key: "a", slots: 48 }]);
    expect(preview.conflicts[0]?.importWh).toBeCloseTo(1_200, 6);
    const series = ["a", "b", "c"].map((key) => ({ key, policy: "gaps", point, reversed: key === "c" }));
    const applied = await home.ask("POST", `/imports/${second.id}/apply`, { ...how, series });
    expect(applied.rows).toBe(72);
    const filled = await home.energy(point);
    expect(filled.importWh).toBeCloseTo(1_200 + 12 * 15, 6);
    expect(filled.exportWh).toBeCloseTo(12, 6);

    const third = await home.upload(table({ day: () => 7 }, 6), "third.csv");
    await home.ask("POST", `/imports/${third.id}/apply`, {
      ...csv(["day"]),
      series: [{ ...target, policy: "replace" }],
    });
    expect((await home.energy(point)).importWh).toBeCloseTo(6 * 7 + 600 + 180, 6);

    await home.ask("DELETE", `/imports/${third.id}`);
    expect((await home.energy(point)).importWh).toBeCloseTo(1_380, 6);
    await home.ask("DELETE", `/imports/${second.id}`);
    expect(await home.energy(point)).toEqual({ importWh: 1_200, exportWh: 0 });
    await home.ask("DELETE", `/imports/${first.id}`);
    expect(await home.energy(point)).toEqual({ importWh: 0, exportWh: 0 });
    const audited = await home.hub.parts.audit.query({ limit: 50 });
    expect(audited.filter(({ what }) => what.startsWith("import.")).map(({ what }) => what)).toEqual([
      ...["import.remove", "import.remove", "import.remove"],
      ...["import.apply", "import.upload", "import.apply", "import.upload", "import.apply", "import.upload"],
    ]);
  });

  it("outlive a restart, and an upload does not", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "vatio-import-restart-"));
    let point = "";
    {
      await using home = await ImportingHub.start(folder);
      point = await home.newPoint("House");
      const upload = await home.upload(table({ day: () => 100 }), "day.csv");
      await home.ask("POST", `/imports/${upload.id}/apply`, {
        ...csv(["day"]),
        series: [{ key: "day", policy: "gaps", point }],
      });
      await home.upload(table({ day: () => 100 }), "forgotten.csv");
    }
    await using home = await ImportingHub.start(folder);
    expect((await home.energy(point)).importWh).toBeCloseTo(2_400, 6);
    const { imports, uploads } = await home.ask("GET", "/imports");
    expect([imports.length, uploads.length]).toEqual([1, 0]);
    expect(readdirSync(path.join(folder, "imports"))).toEqual([]);
  });
});

describe("a database of Home Assistant", PATIENT, () => {
  it("comes in as its statistics, both directions to one point", async () => {
    const start = Date.UTC(2024, 0, 1) / 1_000;
    const meta = ["sensor.taken", "sensor.given"].map(
      (id, i) => `INSERT INTO statistics_meta VALUES (${i + 1}, '${id}', 'kWh', 1)`,
    );
    const rows = [1, 2].flatMap((series) =>
      Array.from({ length: 48 }, (_, hour) => {
        const kwh = hour * series * 0.5;
        return `INSERT INTO statistics (metadata_id, start_ts, state, sum) VALUES (${series}, ${start + hour * 3_600}, ${100 + kwh}, ${kwh})`;
      }),
    );
    const bytes = databaseOf([
      "CREATE TABLE statistics_meta (id INTEGER PRIMARY KEY, statistic_id, unit_of_measurement, has_sum)",
      "CREATE TABLE statistics (id INTEGER PRIMARY KEY, metadata_id, start_ts, state, sum)",
      ...meta,
      ...rows,
    ]);
    await using home = await ImportingHub.start();
    const point = await home.newPoint("Grid");
    const upload = await home.upload(gzipSync(bytes), "home-assistant_v2.db.gz");
    expect(upload.formats[0]?.id).toBe("home-assistant-db");
    const series = [
      { key: "sensor.taken", policy: "gaps", point },
      { key: "sensor.given", policy: "gaps", point, reversed: true },
    ];
    await home.ask("POST", `/imports/${upload.id}/apply`, { format: "home-assistant-db", series });
    const { importWh, exportWh } = await home.energy(point);
    expect([importWh, exportWh].map(Math.round)).toEqual([23_500, 47_000]);
    expect(readdirSync(path.join(home.hub.parts.config.data, "imports", "tmp"))).toEqual([]);
  });
});

describe("an import that was interrupted", PATIENT, () => {
  it.each(["applying", "removing"] as const)("while %s is taken away at the next start", async (state) => {
    const folder = mkdtempSync(path.join(tmpdir(), "vatio-import-crash-"));
    let point = "";
    {
      await using home = await ImportingHub.start(folder);
      point = await home.newPoint("House");
      const upload = await home.upload(table({ day: () => 100 }), "day.csv");
      await home.ask("POST", `/imports/${upload.id}/apply`, {
        ...csv(["day"]),
        series: [{ key: "day", policy: "gaps", point }],
      });
      const [stored] = home.hub.parts.importRecords.all();
      if (stored) await home.hub.parts.importRecords.put({ ...stored, state });
    }
    await using home = await ImportingHub.start(folder);
    expect(await home.energy(point)).toEqual({ importWh: 0, exportWh: 0 });
    expect(await home.ask("GET", "/imports")).toEqual({ imports: [], uploads: [] });
    expect(home.hub.parts.telemetry.segments.list()).toEqual([]);
  });
});

describe("uploads", PATIENT, () => {
  it("come in parts, packed or not, and are read as one", async () => {
    await using home = await ImportingHub.start();
    const bytes = gzipSync(table({ day: () => 100 }));
    const half = Math.floor(bytes.length / 2);
    const begun = await home.send(
      `/imports?site=${home.site}&name=C%3A%5Ctmp%5Cday.csv.gz&more=true`,
      bytes.subarray(0, half),
    );
    expect(begun).toMatchObject({ bytes: half, formats: [] });
    const wrong = await home.send(`/imports/${begun.id}/parts?offset=1`, bytes.subarray(half));
    expect(wrong.error).toMatchObject({ code: "E_IMPORT_OFFSET", details: { bytes: half } });
    expect((await home.ask("POST", `/imports/${begun.id}/preview`, csv(["day"]))).error?.code).toBe("E_INPUT_INVALID");
    const whole = await home.send(`/imports/${begun.id}/parts?offset=${half}`, bytes.subarray(half));
    expect(whole).toMatchObject({ bytes: bytes.length, name: "day.csv" });
    expect(whole.formats[0]).toMatchObject({
      id: "csv",
      suggested: { zone: "America/Mexico_City", timeColumn: "time" },
    });
    const preview = await home.ask("POST", `/imports/${begun.id}/preview`, csv(["day"]));
    expect(preview.series[0]).toMatchObject({
      rows: 24,
      importWh: 2_400,
      firstDay: "2024-01-09",
      lastDay: "2024-01-10",
    });
    await home.ask("DELETE", `/imports/${begun.id}`);
    expect((await home.ask("GET", "/imports")).uploads).toEqual([]);
  });

  it.each<readonly [string, string, unknown]>([
    ["E_INPUT_INVALID", "an unknown format", { format: "nonsense" }],
    ["E_INPUT_INVALID", "an unknown option", { format: "csv", options: { nonsense: 1 } }],
    ["E_INPUT_INVALID", "a wrong zone", { format: "csv", options: { zone: "Nowhere" } }],
    ["E_IMPORT_UNREADABLE", "another format", { format: "green-button" }],
    ["E_IMPORT_UNREADABLE", "a column that is not there", csv(["night"])],
    ["E_POINT_UNKNOWN", "a point that is not there", { ...csv(["day"]), points: { day: "x" } }],
  ])("%s for a preview with %s", async (code, _what, body) => {
    await using home = await ImportingHub.start(":memory:");
    const { id } = await home.upload(table({ day: () => 1 }), "day.csv");
    expect((await home.ask("POST", `/imports/${id}/preview`, body)).error?.code).toBe(code);
  });

  it.each<readonly [string, string, object]>([
    ["E_INPUT_INVALID", "no circuit", { series: [] }],
    [
      "E_INPUT_INVALID",
      "a circuit that is not there",
      { series: [{ key: "x", policy: "gaps", newPoint: { name: "A", role: "grid" } }] },
    ],
    ["E_POINT_UNKNOWN", "a point that is not there", { series: [{ key: "day", policy: "gaps", point: "x" }] }],
    [
      "E_POINT_UNKNOWN",
      "a parent that is not there",
      { series: [{ key: "day", policy: "gaps", newPoint: { name: "A", role: "grid", parent: "x" } }] },
    ],
  ])("%s for applying with %s; nothing stays of it", async (code, _what, series) => {
    await using home = await ImportingHub.start(":memory:");
    const { id } = await home.upload(table({ day: () => 1 }), "day.csv");
    expect((await home.ask("POST", `/imports/${id}/apply`, { ...csv(["day"]), ...series })).error?.code).toBe(code);
    expect((await home.ask("GET", "/imports")).imports).toEqual([]);
    expect((await home.ask("GET", "/points")) as unknown).toEqual([]);
  });

  it("are refused when they are damaged, too large, of the wrong type, or too many", async () => {
    await using home = await ImportingHub.start(":memory:");
    const broken = gzipSync(table({ day: () => 100 })).subarray(0, 60);
    expect((await home.upload(broken, "a.gz")).error?.code).toBe("E_IMPORT_UNREADABLE");
    await home.hub.parts.settings.set({ kind: "hub", id: "test" }, "imports.maxMb", 1);
    expect((await home.upload(new Uint8Array(1_100_000), "a.bin")).error?.code).toBe("E_IMPORT_TOO_LARGE");
    expect((await home.upload(gzipSync(new Uint8Array(2_000_000)), "bomb.gz")).error?.code).toBe("E_IMPORT_TOO_LARGE");
    const typed = await home.send(`/imports?site=${home.site}&name=a`, new Uint8Array(3), "text/plain");
    expect(typed.error?.code).toBe("E_CONTENT_TYPE_INVALID");
    expect((await home.ask("GET", "/imports")).uploads).toEqual([]);
    for (let file = 0; file < 8; file += 1) expect((await home.upload(new Uint8Array(3), "a")).error).toBeUndefined();
    expect((await home.upload(new Uint8Array(3), "a")).error?.code).toBe("E_IMPORT_BUSY");
    await home.hub.advance("25 h");
    const { imports } = home.hub.parts;
    const body = new Blob([new Uint8Array(3)]).stream() as unknown as AsyncIterable<Uint8Array>;
    await imports.upload(home.site as never, "a", { offset: 0, more: false, body });
    expect(imports.uploads()).toHaveLength(1);
  });
});

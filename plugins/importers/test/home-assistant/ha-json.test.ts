import { describe, expect, it } from "vitest";
import { haJsonFormat } from "../../src/home-assistant/ha-json-format.js";
import { fileOf, headOf } from "../support/file-of.js";
import { kwh, readAll, rowsOf } from "../support/read-all.js";

const T0 = Date.UTC(2024, 0, 1);
const HOUR = 3_600_000;
const file = (value: unknown, piece = 50) =>
  fileOf(typeof value === "string" ? value : JSON.stringify(value), { name: "stats.json", piece });

const changes = [0.5, 0.25, 1].map((change, hour) => ({
  start: T0 + hour * HOUR,
  end: T0 + (hour + 1) * HOUR,
  change,
}));
const metadata = [
  {
    statistic_id: "sensor.grid",
    name: "Grid",
    has_sum: true,
    statistics_unit_of_measurement: "Wh",
    unit_class: "energy",
  },
  { statistic_id: "sensor.gas", has_sum: true, statistics_unit_of_measurement: "m³", unit_class: "volume" },
  { statistic_id: "sensor.power", has_sum: false, has_mean: true, statistics_unit_of_measurement: "W" },
];

describe("statistics of the WebSocket API", () => {
  it.each<readonly [string, unknown]>([
    ["as they are", { "sensor.grid": changes }],
    ["in the answer", { id: 3, type: "result", success: true, result: { "sensor.grid": changes } }],
    ["with ISO times", { "sensor.grid": changes.map((row) => ({ ...row, start: new Date(row.start).toISOString() })) }],
    ["in seconds", { "sensor.grid": changes.map(({ start, change }) => ({ start: start / 1_000, change })) }],
    [
      "with sums",
      {
        "sensor.grid": [0, 0.5, 0.75, 1.75].map((sum, hour) => ({
          start: T0 + (hour - 1) * HOUR,
          sum,
          state: sum + 8,
        })),
      },
    ],
  ])("%s", async (_what, value) => {
    const result = await readAll(haJsonFormat, file(value));
    expect(kwh(result)).toBeCloseTo(1.75, 9);
    expect(result.notes).toEqual({ "unit-assumed": 1 });
    expect(rowsOf(result).slice(-1)).toEqual([{ at: T0 + 2 * HOUR, interval_import_wh: 1_000, interval_s: 3_600 }]);
    expect(haJsonFormat.recognise(await headOf(file(value)))).toBeGreaterThan(0.9);
  });

  it("takes unit and name from the metadata, before or after", async () => {
    const statistics = { "sensor.grid": changes, "sensor.gas": changes, "sensor.power": changes };
    for (const value of [
      { metadata, statistics },
      { statistics, metadata },
      `${JSON.stringify({ type: "result", result: metadata })}\n${JSON.stringify({ result: statistics })}\n`,
    ]) {
      const result = await readAll(haJsonFormat, file(value));
      expect([...result.series.keys()]).toEqual(["sensor.grid"]);
      expect(kwh(result)).toBeCloseTo(0.00175, 9);
      expect(result.notes).toEqual({ "not-energy": 2 });
    }
  });

  it.each([
    "",
    "{",
    "[]",
    '{"sensor.grid": [{"start": 1',
    '{"a": [{"start": 1}]]',
    '{"a": [{"start": nonsense, "sum": 3}]}',
    '{"sensor.grid": []}',
    "[".repeat(100_000),
    `{"a":`.repeat(100_000),
    `{"a": [{"start": ${T0}, "x": "${"y".repeat(200_000)}"}]}`,
    `"${"z".repeat(200_000)}`,
  ])("refuses %s", async (value) => {
    await expect(readAll(haJsonFormat, file(value, 65_536))).rejects.toMatchObject({ code: "E_IMPORT_UNREADABLE" });
  });
});

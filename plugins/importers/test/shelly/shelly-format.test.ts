import { expect, it } from "vitest";
import { describeWithFixtures, readFixture } from "../../../../test/support/shared-data.js";
import { shellyFormat } from "../../src/shelly/shelly-format.js";
import { fileOf, headOf } from "../support/file-of.js";
import { kwh, readAll } from "../support/read-all.js";

describeWithFixtures("history of Shelly meters", () => {
  it("of three phases is one circuit, or three", async () => {
    const file = fileOf(readFixture("shelly-em-history", "pro3em-data.csv"));
    expect(shellyFormat.recognise(await headOf(file))).toBeGreaterThan(0.9);
    const sum = await readAll(shellyFormat, file);
    const [[name, [row]] = ["", []]] = [...sum.series];
    expect(name).toBe("Shelly");
    expect(row).toMatchObject({ at: 1_649_906_400_000, interval_export_wh: 0, interval_s: 60 });
    expect(row?.interval_import_wh).toBeCloseTo(0.0069 + 0.0052 + 0.0063, 9);
    const each = await readAll(shellyFormat, file, { phases: "each" });
    expect([...each.series.keys()]).toEqual(["Shelly A", "Shelly B", "Shelly C"]);
  });

  it("of one phase, without the minutes before its clock was set", async () => {
    const [header, row] = readFixture("shelly-em-history", "proem-em1-data.csv").split("\n");
    const unset = row?.replace(/^\d+/, "180");
    const result = await readAll(shellyFormat, fileOf([header, unset, row, row, ""].join("\n")));
    expect(kwh(result)).toBeCloseTo(0.0227645, 9);
    expect(result.notes).toEqual({ "implausible-time": 1, "repeated-row": 1 });
  });
});

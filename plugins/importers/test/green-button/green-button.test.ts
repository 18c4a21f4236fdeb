import { describe, expect, it } from "vitest";
import { greenButtonFormat } from "../../src/green-button/green-button-format.js";
import { fileOf } from "../support/file-of.js";
import { type ReadResult, readAll } from "../support/read-all.js";

interface Meter {
  readonly id: string;
  readonly point?: string;
  readonly type?: Readonly<Record<string, number>>;
  readonly readings: readonly (readonly [
    start: number,
    duration: number | undefined,
    value: number,
    quality?: number,
  ])[];
}

const T = 1_704_067_200;
const entry = (links: string, content: string, title = ""): string =>
  `<entry>${links}<title>${title}</title><content type="xml">${content}</content></entry>`;
const link = (rel: string, href: string): string => `<link rel="${rel}" href="${href}"/>`;
const element = ([name, value]: readonly [string, number]): string => `<espi:${name}>${value}</espi:${name}>`;

function reading([start, duration, value, quality]: Meter["readings"][number]): string {
  const length = duration === undefined ? "" : element(["duration", duration]);
  const told =
    quality === undefined ? "" : `<espi:ReadingQuality>${element(["quality", quality])}</espi:ReadingQuality>`;
  return `<espi:IntervalReading>${told}<espi:timePeriod>${length}${element(["start", start])}</espi:timePeriod>${element(["value", value])}</espi:IntervalReading>`;
}

function feed(meters: readonly Meter[], { service = 0, typesLast = false } = {}): string {
  const points = [...new Set(meters.map(({ point = "1" }) => point))].map((point) =>
    entry(
      link("self", `/UsagePoint/${point}`),
      `<espi:UsagePoint><espi:ServiceCategory>${element(["kind", service])}</espi:ServiceCategory></espi:UsagePoint>`,
      `House ${point}`,
    ),
  );
  const types = meters.map(({ id, type = {} }) =>
    entry(
      link("self", `https://x.org/ReadingType/${id}`),
      `<espi:ReadingType>${Object.entries(type).map(element).join("")}</espi:ReadingType>`,
    ),
  );
  const readings = meters.flatMap(({ id, point = "1", readings: rows }) => {
    const self = `/UsagePoint/${point}/MeterReading/${id}`;
    return [
      entry(
        link("self", self) + link("related", `${self}/IntervalBlock`) + link("related", `/ReadingType/${id}`),
        "<espi:MeterReading/>",
        `Meter ${id}`,
      ),
      entry(
        link("self", `${self}/IntervalBlock/1`) + link("up", `${self}/IntervalBlock`),
        `<espi:IntervalBlock><espi:interval><espi:duration>9</espi:duration><espi:start>5</espi:start></espi:interval>${rows.map(reading).join("\n")}</espi:IntervalBlock>`,
      ),
    ];
  });
  const body = typesLast ? [...points, ...readings, ...types] : [...points, ...types, ...readings];
  return `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">${body.join("\n")}</feed>`;
}

const WH = { uom: 72, flowDirection: 1, powerOfTenMultiplier: 0, commodity: 1, accumulationBehaviour: 4 };
const read = (text: string): Promise<ReadResult> =>
  readAll(greenButtonFormat, fileOf(text, { name: "gb.xml", piece: 100 }));
const rows = (result: ReadResult) => [...result.series.values()];

describe("Green Button", () => {
  it.each<readonly [string, Record<string, number>, Record<string, number>]>([
    ["Wh", WH, { interval_import_wh: 5, interval_s: 900 }],
    ["kWh by its multiplier", { ...WH, powerOfTenMultiplier: 3 }, { interval_import_wh: 5_000, interval_s: 900 }],
    ["mWh by its multiplier", { ...WH, powerOfTenMultiplier: -3 }, { interval_import_wh: 0.005, interval_s: 900 }],
    ["export", { ...WH, flowDirection: 19 }, { interval_export_wh: 5, interval_s: 900 }],
    ["mean power", { ...WH, uom: 38, powerOfTenMultiplier: 3 }, { interval_import_wh: 1_250, interval_s: 900 }],
  ])("%s", async (_what, type, expected) => {
    const result = await read(feed([{ id: "1", type, readings: [[T, 900, 5]] }]));
    expect(rows(result)).toEqual([[{ at: T * 1_000, ...expected }]]);
    expect(result.notes).toEqual({});
  });

  it("takes the length of the type, the sign of a net flow, and a register as one", async () => {
    const result = await read(
      feed([
        {
          id: "1",
          point: "1",
          type: { ...WH, flowDirection: 4, intervalLength: 3_600 },
          readings: [
            [T, undefined, -7],
            [T + 3_600, undefined, 8],
          ],
        },
        { id: "2", point: "2", type: { ...WH, accumulationBehaviour: 3 }, readings: [[T, 900, 12_345]] },
      ]),
    );
    expect(rows(result)).toEqual([
      [
        { at: T * 1_000, interval_export_wh: 7, interval_s: 3_600 },
        { at: (T + 3_600) * 1_000, interval_import_wh: 8, interval_s: 3_600 },
      ],
      [{ at: (T + 900) * 1_000, energy_import_wh: 12_345 }],
    ]);
  });

  it("makes one circuit of both directions of a point, and others of the rest, wherever the types stand", async () => {
    const meters: Meter[] = [
      { id: "in", type: WH, readings: [[T, 900, 1]] },
      { id: "out", type: { ...WH, flowDirection: 19 }, readings: [[T, 900, 2]] },
      { id: "again", type: WH, readings: [[T, 900, 3]] },
      { id: "other", point: "2", type: WH, readings: [[T, 900, 4]] },
    ];
    const result = await read(feed(meters, { typesLast: true }));
    expect([...result.series.keys()]).toEqual([
      "UsagePoint/1/MeterReading/in",
      "UsagePoint/1/MeterReading/again",
      "UsagePoint/2/MeterReading/other",
    ]);
    const [both] = rows(result);
    expect(both?.map(({ at: _at, interval_s: _s, ...energy }) => energy)).toEqual([
      { interval_import_wh: 1 },
      { interval_export_wh: 2 },
    ]);
  });

  it("adds different readings of one start, and counts one that comes again once", async () => {
    const readings: Meter["readings"] = [
      [T, 3_600, 1],
      [T + 3_600, 0, 10],
      [T + 7_200, 3_600, 2],
      [T + 3_600, 3_600, 5],
      [T, 3_600, 1],
    ];
    const result = await read(feed([{ id: "1", type: WH, readings }]));
    expect(rows(result)[0]).toEqual([
      { at: T * 1_000, interval_import_wh: 1, interval_s: 3_600 },
      { at: (T + 7_200) * 1_000, interval_import_wh: 2, interval_s: 3_600 },
      { at: (T + 3_600) * 1_000, interval_import_wh: 15, interval_s: 3_600 },
    ]);
    expect(result.notes).toEqual({ "same-start": 1, "repeated-row": 1 });
  });

  it("notes estimates, gas and what has no start", async () => {
    const text = feed([
      {
        id: "1",
        type: WH,
        readings: [
          [T, 900, 1, 8],
          [T + 900, 900, 1, 17],
          [5, 900, 1],
        ],
      },
    ]);
    expect((await read(text)).notes).toEqual({ estimated: 1, "implausible-time": 1 });
    await expect(read(feed([{ id: "1", type: WH, readings: [[T, 900, 1]] }], { service: 1 }))).rejects.toMatchObject({
      code: "E_IMPORT_UNREADABLE",
    });
  });

  it.each([
    ["nothing", ""],
    ["a feed that ends too early", feed([{ id: "1", type: WH, readings: [[T, 900, 1]] }]).slice(0, -30)],
    ["elements too deep", "<a>".repeat(10_000)],
    ["an endless tag", `<feed ${'a="b" '.repeat(400_000)}`],
    ["an endless comment", `<feed><!-- ${"x".repeat(3_000_000)}`],
    ["entities that grow", '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;">]><feed>&y;</feed>'],
    ["an outer entity", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed>&x;</feed>'],
    ["no readings", "<feed/>"],
  ])("refuses %s", async (_what, text) => {
    const work = readAll(greenButtonFormat, fileOf(text));
    await expect(work).rejects.toMatchObject({ code: "E_IMPORT_UNREADABLE" });
  });
});

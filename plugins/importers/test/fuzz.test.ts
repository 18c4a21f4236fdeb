import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../src/formats.js";
import { EN } from "../src/messages/en.js";
import { fileOf } from "./support/file-of.js";
import { readAll } from "./support/read-all.js";

const TEXT_FORMATS = FORMATS.filter(({ id }) => id !== "home-assistant-db");

/** Generating takes most of the time, and much more of it on a machine that is busy. */
const PATIENT = { timeout: 180_000 };

const SEEDS = [
  "Date/time UTC,Active energy Wh (A),Returned energy Wh (A)\n2024-01-01 00:00,1.5,0\n2024-01-01 00:10,2.5,0\n",
  "timestamp,a_total_act_energy,a_total_act_ret_energy\n1649906400,0.5,0\n1649906460,0.7,0\n",
  "Hour Start,Electricity 1 (L),Electricity 2 (N),Electricity 1 Returned (L),Electricity 2 Returned (N),Gas\n2024-01-01T00:00:00+01:00,1,2,3,4,5\n",
  `100,NEM12,1,A,B\n200,NMI1,E1B1,E1,E1,,1,KWH,30,\n300,20240101,${"1.5,".repeat(48)}V,,,1\n400,1,2,N,,\n400,3,48,A,,\n900\n`,
  '<?xml version="1.0"?><feed xmlns="http://naesb.org/espi"><entry><link rel="self" href="M/1"/><content><MeterReading/></content></entry><entry><link rel="up" href="M/1/B"/><content><IntervalBlock><IntervalReading><timePeriod><duration>3600</duration><start>1293868800</start></timePeriod><value>703</value></IntervalReading></IntervalBlock></content></entry></feed>',
  '{"sensor.a":[{"start":1704067200000,"end":1704070800000,"sum":1,"state":2,"change":1},{"start":1704070800000,"sum":2}]}',
  "t,kWh\n2024-01-01T00:00Z,1\n2024-01-01T01:00Z,2\n",
];

/** A seed with pieces cut, repeated and replaced, or garbage. */
const almostRight = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.tuple(fc.nat(600), fc.nat(60), fc.string({ maxLength: 12 })), { maxLength: 4 }),
  )
  .map(([seed, edits]) =>
    edits.reduce(
      (text, [at, cut, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut),
      seed,
    ),
  );

const hostile = fc.oneof(
  { weight: 6, arbitrary: almostRight.map((text) => new TextEncoder().encode(text)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 400 }).map((text) => new TextEncoder().encode(text)) },
);

const EXPECTED = new Set(["E_IMPORT_UNREADABLE", "E_INPUT_INVALID"]);

describe("every format", PATIENT, () => {
  it("is sure of nothing that it should not be, and never throws, for 10,000 heads", () => {
    fc.assert(
      fc.property(hostile, fc.string({ maxLength: 20 }), (head, name) =>
        FORMATS.every((format) => {
          const sure = format.recognise({ name, head });
          format.suggest?.({ name, head });
          return sure >= 0 && sure <= 1;
        }),
      ),
      { numRuns: 10_000 },
    );
  });

  it.each(TEXT_FORMATS.map((format) => [format.id, format] as const))(
    "%s reads 10,000 files or says why not",
    async (_id, format) => {
      await fc.assert(
        fc.asyncProperty(hostile, fc.constantFrom(7, 64, 65_536), async (bytes, piece) => {
          const file = fileOf(bytes, { piece });
          const suggested = format.suggest?.({ name: file.name, head: bytes }) ?? {};
          try {
            const { notes, series } = await readAll(format, file, suggested);
            const numbers = [...series.values()].flat().flatMap((row) => Object.values(row));
            return numbers.every(Number.isFinite) && Object.keys(notes).every((key) => `importers.note.${key}` in EN);
          } catch (error) {
            const { code = String(error) } = error as { code?: string };
            if (!EXPECTED.has(code)) throw error;
            return true;
          }
        }),
        { numRuns: 10_000 },
      );
    },
  );

  it("leaves the prototype of objects alone", () => {
    expect(Object.prototype).not.toHaveProperty("polluted");
  });
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { Batch, ChannelId, Instant, LocalDate, PointId } from "@vatio/plugin-api";
import { expect, it } from "vitest";
import { dataPath, describeWithData } from "../../../../test/support/shared-data.js";
import { makeFolder } from "../store/support/fixture.js";
import { type EnergyFixture, openEnergy } from "./support/energy-fixture.js";

/** The calendar repeats after 28 years; readings of before 2020 are refused, because no clock that was ever set shows that. */
const YEARS = 28;
const METER = "meter:household/main" as ChannelId;
const MINUTE = 60_000;

interface Reference {
  readonly files: Readonly<
    Record<
      string,
      { readonly daily_kwh: Readonly<Record<string, number>>; readonly monthly_kwh: Readonly<Record<string, number>> }
    >
  >;
}

const endOfMonth = (from: number): Instant => {
  const date = new Date(from);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) as Instant;
};

const later = (text: string): string => `${Number(text.slice(0, 4)) + YEARS}${text.slice(4)}`;

/** Mean watts of each minute, of the sets' two formats. */
function minutesOf(file: string): [at: number, watts: number][] {
  const lines = gunzipSync(readFileSync(dataPath(file)))
    .toString("utf8")
    .trim()
    .split("\n")
    .slice(1);
  return lines.flatMap((line): [number, number][] => {
    if (file.endsWith(".txt.gz")) {
      const [date = "", time = "", kilowatts = "?"] = line.split(";");
      const [day, month, year] = date.split("/");
      return kilowatts === "?"
        ? []
        : [
            [
              Date.parse(`${later(`${year}-${month?.padStart(2, "0")}-${day?.padStart(2, "0")}`)}T${time}Z`),
              Number(kilowatts) * 1_000,
            ],
          ];
    }
    const [stamp = "", watts = ""] = line.split(",");
    return watts === "" ? [] : [[Date.parse(`${later(stamp.replace(" ", "T"))}Z`), Number(watts)]];
  });
}

function batchOf(minutes: readonly (readonly [number, number])[]): Batch {
  return {
    channel: METER,
    origin: "import",
    at: Float64Array.from(minutes, ([at]) => at),
    columns: {
      interval_import_wh: Float64Array.from(minutes, ([, watts]) => watts / 60),
      interval_s: new Float64Array(minutes.length).fill(60),
    },
  };
}

/** Blocks in a fixed but mixed order: each goes on somewhere else. */
function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  const mixed: T[] = [];
  for (let seed = 7; left.length > 0; seed = (seed * 48_271) % 2_147_483_647)
    mixed.push(...left.splice(seed % left.length, 1));
  return mixed;
}

async function compare(
  fixture: EnergyFixture,
  point: PointId,
  { daily_kwh: daily, monthly_kwh: monthly }: Reference["files"][string],
): Promise<void> {
  const days = Object.keys(daily).sort();
  const found = await fixture.energy.daily(
    point,
    later(days[0] as string) as LocalDate,
    later(days.at(-1) as string) as LocalDate,
  );
  const off = found.filter(({ day, importWh }) => {
    const [year = "", rest] = [day.slice(0, 4), day.slice(4)];
    return !(Math.abs(importWh / 1_000 - (daily[`${Number(year) - YEARS}${rest}`] as number)) <= 0.001);
  });
  expect({ off, days: found.length }).toEqual({ off: [], days: days.length });
  for (const [month, kwh] of Object.entries(monthly)) {
    const from = Date.parse(`${later(month)}-01T00:00:00Z`);
    const usage = await fixture.energy.usage({
      site: fixture.site,
      range: { from: from as Instant, to: endOfMonth(from) },
      bucket: "month",
    });
    expect(Math.abs((usage.points[0]?.importWh[0] ?? Number.NaN) / 1_000 - kwh)).toBeLessThanOrEqual(0.01);
  }
}

describeWithData("kWh of real households", () => {
  const { files } = JSON.parse(readFileSync(dataPath("household", "reference.json"), "utf8")) as Reference;

  it.each(Object.keys(files))(
    "%s, at once, after a restart, and in mixed order",
    async (file) => {
      const { folder, remove } = makeFolder();
      const minutes = minutesOf(file);
      const now = (minutes.at(-1)?.[0] ?? 0) + 60 * MINUTE;
      const atOnce = await openEnergy({ path: path.join(folder, "telemetry.duckdb"), now });
      const point = await atOnce.point("grid");
      await atOnce.points.assign(point, METER, 0 as Instant);
      await atOnce.channels.allocate([METER]);
      await atOnce.store.write([batchOf(minutes)]);
      await atOnce.energy.settle();
      await compare(atOnce, point, files[file] as never);
      const again = await atOnce.restart();
      await again.energy.settle();
      await compare(again, point, files[file] as never);
      await again.close();

      const mixed = await openEnergy({ now });
      const other = await mixed.point("grid");
      await mixed.points.assign(other, METER, 0 as Instant);
      await mixed.channels.allocate([METER]);
      const blocks = Array.from({ length: Math.ceil(minutes.length / 4_999) }, (_, i) =>
        minutes.slice(i * 4_999, (i + 1) * 4_999),
      );
      for (const block of shuffled(blocks)) {
        await mixed.store.write([batchOf(block)]);
        await mixed.energy.settle();
      }
      await compare(mixed, other, files[file] as never);
      remove();
    },
    60_000,
  );
});

import type { ChannelId, Instant, PointId } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EnergyFixture, openEnergy } from "./support/energy-fixture.js";

const START = Date.UTC(2026, 1, 20, 21);
const NOW = START + 9 * 86_400_000;

type Row = readonly [at: number, values: Readonly<Record<string, number>>];

interface Step {
  /** To the next reading, in seconds. */
  readonly seconds: number;
  readonly watts: number;
  readonly event: "none" | "reset" | "glitch" | "silent" | "export";
}

const step: fc.Arbitrary<Step> = fc.record({
  seconds: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 5, max: 400 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1_000, max: 30_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 40_000, max: 200_000 }) },
  ),
  watts: fc.integer({ min: 0, max: 3_000 }),
  event: fc.oneof(
    { weight: 20, arbitrary: fc.constant("none" as const) },
    fc.constantFrom("reset", "glitch", "silent", "export"),
  ),
});

/** What a meter with registers tells, with what happens to meters. */
function rowsOf(steps: readonly Step[], kind: "register" | "power"): Row[] {
  let at = START;
  let register = 5_000;
  let exported = 100;
  return steps.map(({ seconds, watts, event }) => {
    at += seconds * 1_000;
    register = event === "reset" ? 0 : register + (watts * seconds) / 3_600;
    if (event === "export") exported += (watts * seconds) / 3_600;
    const values: Record<string, number> = { power_w: watts, voltage_v: 230 + (watts % 7) };
    if (kind === "register" && event !== "silent") {
      values.energy_import_wh = event === "glitch" ? 0 : Math.round(register);
      if (event === "export") values.energy_export_wh = Math.round(exported);
    }
    return [at, values] as const;
  });
}

/** All that is derived from the readings of a channel, and what is asked for. */
async function everything({ store, energy, channels }: EnergyFixture, { channel, point }: Meter): Promise<unknown> {
  const number = channels.numberOf(channel);
  const table = (name: string, order: string) =>
    store.derived.all(`SELECT * EXCLUDE (channel) FROM ${name} WHERE channel = ${number} ORDER BY ${order}`);
  return {
    slots: await table("slots", "slot, told_at"),
    rollups: await table("rollups", "metric, slot"),
    events: await table("counter_events", "told_at, n"),
    days: await table("days", "zone, day"),
    asked: await energy.slots(point, { from: START as Instant, to: NOW as Instant }),
  };
}

interface Meter {
  readonly channel: ChannelId;
  readonly point: PointId;
}

let meters = 0;

async function meter(fixture: EnergyFixture): Promise<Meter> {
  const channel = `meter:${++meters}/main` as ChannelId;
  const point = await fixture.point("grid");
  await fixture.points.assign(point, channel, 0 as Instant);
  return { channel, point };
}

const parts = fc.array(
  fc.record({
    position: fc.nat(),
    restart: fc.constantFrom("no", "no", "no", "stopped", "killed"),
    settle: fc.boolean(),
  }),
  {
    minLength: 2,
    maxLength: 8,
  },
);

describe("energy that is worked out piece by piece", () => {
  it("is what one look at everything gives, whatever the order of arrival and the restarts between", {
    timeout: 600_000,
  }, async () => {
    let fixture = await openEnergy({ now: NOW, zone: "Australia/Adelaide" });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 150 }),
        fc.constantFrom("register", "power"),
        parts,
        async (steps, kind, arrivals) => {
          const rows = rowsOf(steps, kind as "register" | "power");
          const [whole, pieces] = [await meter(fixture), await meter(fixture)];
          await fixture.write(whole.channel, rows);
          await fixture.energy.settle();
          const size = Math.ceil(rows.length / arrivals.length);
          const order = arrivals.map((arrival, i) => ({ ...arrival, rows: rows.slice(i * size, (i + 1) * size) }));
          for (const { rows: part, restart, settle } of order.sort((a, b) => a.position - b.position)) {
            if (part.length > 0) await fixture.write(pieces.channel, part);
            if (settle) await fixture.energy.settle();
            if (restart !== "no") fixture = await fixture.reborn(restart as "stopped" | "killed");
          }
          await fixture.energy.settle();
          expect(await everything(fixture, pieces)).toEqual(await everything(fixture, whole));
        },
      ),
      // A life takes half a second: shrinking one would take longer than to read it.
      { numRuns: Number(process.env.VATIO_RUNS ?? 8), endOnFailure: true },
    );
  });
});

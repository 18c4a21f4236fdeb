import type { ChannelId, Instant } from "@vatio/plugin-api";
import { expect, it } from "vitest";
import { openEnergy } from "./support/energy-fixture.js";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 2, 12);
const CHANNEL = "meter:a1/main" as ChannelId;

it("tells of each channel when it was heard, how much of it was measured, and what it sent in vain", async () => {
  const fixture = await openEnergy({ now: NOW });
  const point = await fixture.point("grid");
  await fixture.points.assign(point, CHANNEL, 0 as Instant);
  const rows = Array.from({ length: 12 * 60 }, (_, i): [number, Record<string, number>] => [
    NOW - 12 * HOUR + (i + 1) * 60_000,
    // Stands still for the last seven hours and a half, at something that is not nothing.
    { energy_import_wh: 1_000 + Math.min(i, 270), power_w: i < 270 ? 100 + i : 912 },
  ]);
  await fixture.write(CHANNEL, rows);
  await fixture.write(CHANNEL, rows.slice(0, 10));
  await fixture.write(
    CHANNEL,
    [
      [NOW, { power_w: 1e12 }],
      [NOW + 1, { power_w: 913 }],
    ].map(([at, values]) => [at as number, values as Record<string, number>]),
  );
  await fixture.energy.settle();
  const [quality] = await fixture.energy.quality(fixture.site);
  expect(quality).toMatchObject({ channel: CHANNEL, point, lastAt: NOW + 1, skewMs: 1, resets: 0, duplicates: 10 });
  expect(quality?.rejected).toEqual([{ reason: "rejected.out-of-range", rows: 1 }]);
  expect(quality?.days).toHaveLength(30);
  expect(quality?.days.at(-1)).toMatchObject({ day: "2026-03-02", coverage: expect.closeTo(1, 2) });
  expect(quality?.coverage7).toBeCloseTo(1 / 7, 2);
  expect(quality?.learntCeilingW).toBeGreaterThan(912);
  const again = await fixture.restart();
  await again.energy.settle();
  expect((await again.energy.quality(fixture.site))[0]).toMatchObject({ channel: CHANNEL });
});

it("counts what was sent in vain over a stop, and says since when a value stands still", async () => {
  const fixture = await openEnergy({ now: NOW });
  const point = await fixture.point("grid");
  await fixture.points.assign(point, CHANNEL, 0 as Instant);
  const rows = Array.from({ length: 12 * 60 }, (_, i): [number, Record<string, number>] => [
    NOW - 12 * HOUR + i * 60_000,
    { power_w: i < 240 ? 100 + i : 912, voltage_v: i < 240 ? 230 + (i % 3) : 231 },
  ]);
  await fixture.write(CHANNEL, rows);
  await fixture.write(CHANNEL, rows.slice(0, 3));
  await fixture.energy.settle();
  const again = await fixture.reborn("stopped");
  await again.energy.settle();
  await again.write(CHANNEL, rows.slice(0, 4));
  const [quality] = await again.energy.quality(fixture.site);
  expect(quality?.duplicates).toBe(7);
  expect(quality?.stuckSince).toBeGreaterThanOrEqual(NOW - 8 * HOUR);
  expect(quality?.stuckSince).toBeLessThanOrEqual(NOW - 7.5 * HOUR);
  await expect(again.energy.quality("nowhere" as never)).rejects.toMatchObject({ code: "E_SITE_UNKNOWN" });
});

import type { Device, Point, Reading, Series } from "../../src/data/api.js";

/** A point of measurement with what a test does not care about. */
export const point = (id: string, role: Point["role"], more: Partial<Point> = {}): Point => ({
  id,
  site: "site",
  name: id,
  role,
  protected: false,
  color: 0,
  metrics: ["power_w"],
  switchable: false,
  online: true,
  ...more,
});

/** A device with what a test does not care about. */
export const device = (id: string, more: Partial<Device> = {}): Device => ({
  id,
  driver: id.slice(0, id.indexOf(":")),
  hardwareId: id.slice(id.indexOf(":") + 1),
  name: id,
  state: "active",
  online: true,
  addedAt: 0,
  seenAt: 0,
  channels: [],
  ...more,
});

/** Newest power by point id, all measured at one instant. */
export const powers =
  (watts: Readonly<Record<string, number | undefined>>, at = 1_000) =>
  ({ id }: Point): Reading | undefined => {
    const value = watts[id];
    return value === undefined ? undefined : { at, value };
  };

/** One metric over time. */
export const series = (
  target: string,
  avg: readonly (number | null)[],
  more: Partial<Series["metrics"][number]> = {},
): Series => ({
  target,
  from: 0,
  to: avg.length * 1_000,
  bucketMs: 1_000,
  at: avg.map((_, index) => index * 1_000),
  metrics: [
    {
      metric: "power_w",
      unit: "W",
      min: avg,
      avg,
      max: avg,
      coverage: avg.map((value) => (value === null ? 0 : 1)),
      quality: avg.map(() => 1),
      ...more,
    },
  ],
});

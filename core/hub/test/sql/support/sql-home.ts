import { SLOT_MS } from "@vatio/model";
import { type ChannelId, type Instant, type PointId, row } from "@vatio/plugin-api";
import { type QueryLimits, SqlService } from "../../../src/sql/index.js";
import { addShelly, createTestServices, type TestServices } from "../../http/support/test-services.js";

/** A home with readings and energy, and a service that answers statements about it. */
export interface SqlHome {
  readonly services: TestServices;
  readonly sql: SqlService;
  readonly channel: ChannelId;
  readonly point: PointId;
  /** Another service on the same home, with other limits. */
  limited(limits: Partial<QueryLimits>): SqlService;
  close(): Promise<void>;
}

/** Noon of a day in March, UTC; the home is in Mexico City, six hours behind. */
export const NOON = Date.UTC(2026, 2, 10, 12) as Instant;
export const MINUTES = 240;
export const SLOTS = 96;

/** Four hours of readings, a reading a minute, and a day of slots. */
export async function createSqlHome(): Promise<SqlHome> {
  const services = await createTestServices();
  const { channel, point } = await addShelly(services);
  await services.points.assign(point, channel, (NOON - 86_400_000) as Instant);
  await writeReadings(services, channel);
  await writeEnergy(services);
  const made: SqlService[] = [];
  const limited = (limits: Partial<QueryLimits>): SqlService => {
    const { store, metrics, clock, counters } = services;
    const service = new SqlService({
      ...{ door: store.queries, directory: services, metrics, clock, counters, memoryMb: 64 },
      limits,
    });
    made.push(service);
    return service;
  };
  return {
    ...{ services, channel, point, limited, sql: limited({}) },
    async close() {
      for (const service of made) await service.stop();
      await services.close();
    },
  };
}

async function writeReadings({ store }: TestServices, channel: ChannelId): Promise<void> {
  const rows = Array.from({ length: MINUTES }, (_, i) =>
    row(channel, (NOON + i * 60_000) as Instant, {
      power_w: 100 + (i % 60),
      ...(i % 10 === 0 ? { voltage_v: 127 } : {}),
    }),
  );
  await store.write(rows);
  // The same instant again, with a metric more: one row in the end.
  await store.write([row(channel, NOON, { energy_import_wh: 5 })]);
}

/** A quarter of an hour is 25 Wh by day and 10 Wh at night. */
async function writeEnergy({ store }: TestServices): Promise<void> {
  const first = Math.floor(Date.UTC(2026, 2, 10, 6) / SLOT_MS);
  const day = Math.floor(NOON / 86_400_000);
  const rows = Array.from({ length: SLOTS }, (_, i) => {
    const wh = i >= 32 && i < 88 ? 25 : 10;
    return [1, first + i, wh, 0, 1, 1, wh, 0, 1];
  });
  await store.derived.transaction(async (sql) => {
    for (const values of rows)
      await sql.run(
        "INSERT INTO slots (channel, slot, import_wh, export_wh, coverage, quality, raw_import_wh, raw_export_wh, raw_coverage) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
      );
    await sql.run(
      "INSERT INTO days (zone, channel, day, import_wh, export_wh, coverage, quality) VALUES ('America/Mexico_City', 1, ?, 1800, 0, 1, 1)",
      [day],
    );
  });
}

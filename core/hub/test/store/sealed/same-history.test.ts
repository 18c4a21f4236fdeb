import { rmSync } from "node:fs";
import type { Batch, ChannelId, Instant } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAIN, makeFolder, SECOND, type StoreFixture } from "../support/fixture.js";
import { DAY, everything, one, sealingStore, TODAY } from "./support.js";

/** What happens to a store: readings come, at their time or late, days go by, and it is sealed or restarted. */
type Event =
  | { readonly kind: "write"; readonly rows: readonly Row[] }
  | { readonly kind: "days"; readonly count: number }
  | { readonly kind: "seal" }
  | { readonly kind: "restart" };

interface Row {
  readonly channel: ChannelId;
  /** Days and seconds before now. */
  readonly days: number;
  readonly seconds: number;
  readonly metric: string;
  readonly value: number;
}

const row: fc.Arbitrary<Row> = fc.record({
  channel: fc.constantFrom(MAIN, SECOND),
  days: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 90 })),
  seconds: fc.integer({ min: 0, max: 4 }),
  metric: fc.constantFrom("power_w", "energy_import_wh"),
  value: fc.integer({ min: 0, max: 3 }),
});

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("write" as const), rows: fc.array(row, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("days" as const), count: fc.constantFrom(1, 1, 2, 20, 40) }) },
  { weight: 3, arbitrary: fc.constant({ kind: "seal" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
);

const batch = (now: number, { channel, days, seconds, metric, value }: Row): Batch =>
  one(channel, now - days * DAY - seconds * 1_000, { [metric]: value });

/** Lives through the events. `seals`: whether days are sealed. */
async function live(events: readonly Event[], seals: boolean): Promise<unknown> {
  const { folder, remove } = makeFolder();
  const clock = new VirtualClock((TODAY + DAY / 2) as Instant);
  let fixture: StoreFixture = await sealingStore(folder, { clock });
  try {
    for (const happens of events) {
      if (happens.kind === "write")
        for (const each of happens.rows) await fixture.store.write([batch(clock.now(), each)]);
      else if (happens.kind === "days") clock.jumpTo((clock.now() + happens.count * DAY) as Instant);
      else if (!seals) continue;
      else if (happens.kind === "seal") expect((await fixture.store.segments.seal()).failures).toEqual([]);
      else {
        await fixture.store.close();
        fixture = await sealingStore(folder, { clock });
      }
    }
    if (seals) expect(await fixture.store.segments.verify()).toEqual([]);
    const [main, second] = [fixture.store.last(MAIN), fixture.store.last(SECOND)];
    return { rows: await everything(fixture, [MAIN, SECOND]), main, second };
  } finally {
    await fixture.store.close();
    remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("sealing at any time, with late readings", () => {
  it("leaves the same history as never sealing", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 4, maxLength: 14 }), async (events) => {
        expect(await live(events, true)).toEqual(await live(events, false));
      }),
      { numRuns: 25, interruptAfterTimeLimit: 180_000 },
    );
  });
});

import { existsSync } from "node:fs";
import path from "node:path";
import type { Instant } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SealStep } from "../../../src/store/sealed/segment-options.js";
import { spansOf } from "../../../src/store/sealed/segment-writer.js";
import { MAIN, SECOND, temporaryFolder } from "../support/fixture.js";
import { batchOf, DAY, everything, one, sealingStore, TODAY } from "./support.js";

const MINUTE = 60_000;

describe("rounds of sealing", () => {
  it("come by themselves: soon after the start, then every hour; late rows once a day", async () => {
    const clock = new VirtualClock((TODAY + 15 * MINUTE) as Instant);
    const fixture = await sealingStore(temporaryFolder(), { clock, config: { autoSeal: true } });
    onTestFinished(() => fixture.store.close());
    const { store } = fixture;
    const generations = (): number[] => store.segments.list().map(({ generation }) => generation);
    /** The timer of the next round is set when a round is over. */
    const roundIsOver = async (): Promise<void> => {
      while (clock.nextDue === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const pass = async (ms: number): Promise<void> => {
      const until = (clock.now() + ms) as Instant;
      while (clock.fireNext(until)) await roundIsOver();
      clock.jumpTo(until);
    };
    await store.write([one(MAIN, TODAY - DAY, { power_w: 1 })]);
    expect(generations()).toEqual([]);
    await pass(3 * MINUTE);
    expect(generations()).toEqual([1]);
    await store.write([one(MAIN, TODAY - DAY + 1_000, { power_w: 2 })]);
    await pass(61 * MINUTE);
    expect(generations()).toEqual([1]);
    await pass(24 * 60 * MINUTE);
    expect(generations()).toEqual([2]);
    expect(await everything(fixture, [MAIN])).toEqual([
      [
        { at: TODAY - DAY, power_w: 1 },
        { at: TODAY - DAY + 1_000, power_w: 2 },
      ],
    ]);
  });

  it("leave a file on the disk for as long as somebody copies it", async () => {
    const folder = temporaryFolder();
    const { store } = await sealingStore(folder);
    onTestFinished(() => store.close());
    const first = path.join(folder, "readings/2026/2026-05-17.parquet");
    await store.write([one(MAIN, TODAY - DAY, { power_w: 1 })]);
    await store.segments.seal();
    const hold = store.segments.hold();
    await store.write([one(MAIN, TODAY - DAY + 1_000, { power_w: 2 })]);
    expect(await store.segments.seal()).toMatchObject({ sealedDays: 1, freedBytes: 0, failures: [] });
    expect(existsSync(first)).toBe(true);
    hold[Symbol.dispose]();
    expect((await store.segments.seal()).freedBytes).toBeGreaterThan(0);
    expect(existsSync(first)).toBe(false);
  });

  it("end when the store closes, and are taken up at the next start", async () => {
    const folder = temporaryFolder();
    let closing: Promise<void> | undefined;
    const onSealStep = (step: SealStep): void => {
      if (step === "copied") closing ??= first.store.close();
    };
    const first = await sealingStore(folder, { onSealStep });
    for (const day of [2, 1]) await first.store.write([one(MAIN, TODAY - day * DAY, { power_w: day })]);
    await first.store.segments.seal();
    await closing;
    const second = await sealingStore(folder);
    onTestFinished(() => second.store.close());
    expect((await second.store.segments.seal()).failures).toEqual([]);
    expect(await everything(second, [MAIN])).toEqual([
      [
        { at: TODAY - 2 * DAY, power_w: 2 },
        { at: TODAY - DAY, power_w: 1 },
      ],
    ]);
    expect(second.store.segments.list()).toHaveLength(2);
  });

  it("keep the first of two values that both came to the table, and count the other", async () => {
    const folder = temporaryFolder();
    const fixture = await sealingStore(folder);
    onTestFinished(() => fixture.store.close());
    const { store, counters } = fixture;
    await store.write([batchOf(MAIN, [TODAY - DAY, TODAY - DAY + 1_000], { power_w: [1, 2] })]);
    // Such rows come from a commit whose outcome was in doubt.
    await store.derived.transaction(async (sql) => {
      await sql.run(
        `INSERT INTO hot_20260517 SELECT channel, "at", arrival + 100, 1, power_w + ("at" % 2000) / 1000 FROM hot_20260517`,
      );
      await sql.run("INSERT INTO overlapping VALUES ('hot_20260517')");
    });
    await store.close();
    const again = await sealingStore(folder, { counters });
    onTestFinished(() => again.store.close());
    await again.store.segments.seal();
    expect(counters.get("store", "sealing-kept-out", "different-value")).toBe(1);
    expect(again.store.segments.list()).toMatchObject([{ rows: 2 }]);
    expect(await everything(again, [MAIN, SECOND])).toEqual([
      [
        { at: TODAY - DAY, power_w: 1 },
        { at: TODAY - DAY + 1_000, power_w: 2 },
      ],
      [],
    ]);
  });
});

describe("channels that are sorted together", () => {
  it("are consecutive and not too many rows, unless one has so many", () => {
    const counts = new Map([
      [7, 60],
      [1, 50],
      [2, 50],
      [3, 500],
    ]);
    expect(spansOf(counts, 100)).toMatchObject([
      { first: 1, last: 2, rows: 100 },
      { first: 3, last: 3, rows: 500 },
      { first: 7, last: 7, rows: 60 },
    ]);
    expect(spansOf(new Map())).toEqual([]);
  });
});

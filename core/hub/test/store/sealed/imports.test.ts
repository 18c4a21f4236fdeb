import type { Batch, ChannelId, Instant } from "@vatio/plugin-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { MAIN, openStore, SECOND, temporaryFolder } from "../support/fixture.js";
import { batchOf, DAY, everything, one, sealingStore, TODAY } from "./support.js";

const OLD = Date.UTC(2011, 3, 18);
const NEW_CHANNEL = "import:01JX/main" as ChannelId;

async function* stream(...batches: Batch[]): AsyncIterable<Batch> {
  yield* batches;
}

async function opened(folder = temporaryFolder()) {
  const fixture = await sealingStore(folder);
  onTestFinished(() => fixture.store.close());
  return fixture;
}

describe("an import", () => {
  it("is a file of its own that takes part in reading, and goes as a whole", async () => {
    const fixture = await opened();
    const { segments } = fixture.store;
    const rows = stream(
      batchOf(NEW_CHANNEL, [OLD + 1_000], { interval_import_wh: [5] }),
      batchOf(NEW_CHANNEL, [OLD], { interval_import_wh: [4], interval_s: [900] }),
      batchOf(SECOND, [OLD], { power_w: [1] }),
    );
    const info = await segments.addImport("01JX", rows);
    expect(info).toMatchObject({ kind: "import", importId: "01JX", rows: 3, path: "imports/01JX.parquet" });
    expect(info.range).toEqual({ from: OLD, to: OLD + 1_001 });
    const imported = [
      { at: OLD, interval_import_wh: 4, interval_s: 900 },
      { at: OLD + 1_000, interval_import_wh: 5 },
    ];
    expect(await everything(fixture, [NEW_CHANNEL, SECOND])).toEqual([imported, [{ at: OLD, power_w: 1 }]]);
    await expect(segments.addImport("01JX", stream())).rejects.toMatchObject({ code: "E_IMPORT_KNOWN" });
    expect(await segments.removeImport("other")).toBe(false);
    expect(await segments.removeImport("01JX")).toBe(true);
    expect(segments.list()).toEqual([]);
    expect(await everything(fixture, [NEW_CHANNEL, SECOND])).toEqual([[], []]);
    await segments.addImport("01JX", stream(batchOf(SECOND, [OLD], { power_w: [2] })));
    expect(await everything(fixture, [SECOND])).toEqual([[{ at: OLD, power_w: 2 }]]);
  });

  it("never wins over what a device told, before or after it", async () => {
    const fixture = await opened();
    const { store } = fixture;
    await store.write([one(MAIN, TODAY - DAY, { power_w: 1 })]);
    await store.segments.addImport(
      "a",
      stream(batchOf(MAIN, [TODAY - DAY, TODAY - DAY + 1_000], { power_w: [10, 20], voltage_v: [11, 21] })),
    );
    await store.segments.addImport("b", stream(batchOf(MAIN, [TODAY - DAY], { voltage_v: [12] })));
    expect(await store.write([one(MAIN, TODAY - DAY + 1_000, { power_w: 2 })])).toMatchObject({ accepted: 1 });
    const wanted = [
      { at: TODAY - DAY, power_w: 1, voltage_v: 11 },
      { at: TODAY - DAY + 1_000, power_w: 2, voltage_v: 21 },
    ];
    const series = () =>
      store.series({
        target: MAIN,
        metrics: ["power_w"],
        range: { from: (TODAY - DAY) as Instant, to: (TODAY - DAY + 2_000) as Instant },
        maxBuckets: 2,
      });
    expect(await everything(fixture, [MAIN])).toEqual([wanted]);
    const before = (await series())[0];
    expect([...(before?.max ?? [])]).toEqual([1, 2]);
    await store.segments.seal();
    expect(await everything(fixture, [MAIN])).toEqual([wanted]);
    expect((await series())[0]).toEqual(before);
    expect(store.last(MAIN)).toEqual({ power_w: { at: TODAY - DAY + 1_000, value: 2 } });
  });

  it.each([
    ["has no reading that can be stored", stream(batchOf(MAIN, [OLD], { power_w: [Number.NaN] })), "E_IMPORT_EMPTY"],
    [
      "is not well formed",
      stream({ ...batchOf(MAIN, [OLD], {}), columns: { power_w: new Float64Array(2) } }),
      "E_BATCH_INVALID",
    ],
  ])("that %s leaves nothing behind", async (_, rows, code) => {
    const { store } = await opened();
    await expect(store.segments.addImport("x", rows)).rejects.toMatchObject({ code });
    expect(store.segments.list()).toEqual([]);
    await store.segments.addImport("x", stream(batchOf(MAIN, [OLD], { power_w: [1] })));
    expect(store.segments.list()).toHaveLength(1);
  });

  it("with a name that is no file's is refused", async () => {
    const { store } = await opened();
    await expect(store.segments.addImport("../x", stream())).rejects.toMatchObject({ code: "E_IMPORT_INVALID" });
  });

  it("works in a store that lives in memory, too", async () => {
    const { store } = await openStore({ clock: (await opened()).clock });
    await store.segments.addImport("x", stream(batchOf(MAIN, [OLD], { power_w: [1] })));
    expect(store.segments.list()).toHaveLength(1);
  });
});

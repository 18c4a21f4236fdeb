import type { ChannelId, PointId, SiteId } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.js";
import { ImportRecords, type ImportState, type StoredImport } from "../../src/imports/import-records.js";
import type { SlotRun } from "../../src/imports/types.js";
import { IN_MEMORY, openStateDatabase } from "../../src/store/index.js";

const POINT = "01P" as PointId;

const stored = (id: string, slots: readonly SlotRun[], state: ImportState = "applied"): StoredImport => ({
  version: 1,
  state,
  record: {
    id,
    site: "S" as SiteId,
    name: "f",
    bytes: 1,
    format: "csv",
    at: 0 as never,
    rows: 1,
    circuits: [],
    notes: [],
  },
  claims: [{ point: POINT, channels: [`import:${id}/a` as ChannelId], policy: "gaps", slots }],
});

const none = (): void => undefined;
const log = { debug: none, info: none, warn: none, error: none };
const open = () => openStateDatabase({ path: IN_MEMORY, clock: systemClock, log });

describe("imports that are kept", () => {
  it("share the slots of a point: the newer one has what both claim", async () => {
    const state = await open();
    const records = await ImportRecords.open(state, systemClock);
    await records.put(stored("A", [{ from: 0, to: 100 }]));
    await records.put(stored("B", [{ from: 50, to: 60 }]));
    await records.put(stored("C", [{ from: 55, to: 56 }], "applying"));
    const links = () => records.linksOf(POINT).map(({ importId, slots }) => [importId, slots]);
    expect(links()).toEqual([
      ["B", [{ from: 50, to: 60 }]],
      [
        "A",
        [
          { from: 0, to: 50 },
          { from: 60, to: 100 },
        ],
      ],
    ]);
    await records.delete("B");
    expect(links()).toEqual([["A", [{ from: 0, to: 100 }]]]);
    expect(records.linksOf("other" as PointId)).toEqual([]);
    await state.close();
  });

  it("are read again", async () => {
    const state = await open();
    const records = await ImportRecords.open(state, systemClock);
    await records.put(stored("A", [{ from: 0, to: 100 }]));
    await records.put(stored("A", [{ from: 0, to: 100 }], "removing"));
    const again = await ImportRecords.open(state, systemClock);
    expect(again.all()).toEqual([stored("A", [{ from: 0, to: 100 }], "removing")]);
    expect(again.linksOf(POINT)).toEqual([]);
    await state.close();
  });
});

import { type Instant, VatioError } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distinctPlugins, refusedRecords } from "../../src/plugins/refused-plugins.js";
import { sourceOf, testPlugin } from "./support/harness.js";

const source = (id: string, firstParty: boolean, name = id) => sourceOf(testPlugin({ id, name }), { firstParty });

describe("distinctPlugins", () => {
  it("never replaces what ships with the hub, whatever the order", () => {
    const [shipped, other] = [source("shelly", true), source("shelly", false, "Better Shelly")];
    for (const order of [
      [shipped, other],
      [other, shipped],
    ]) {
      const { sources, refused } = distinctPlugins(order);
      expect(sources).toEqual([shipped]);
      expect(refused).toMatchObject([{ package: "Better Shelly", error: { code: "E_PLUGIN_CONFLICT" } }]);
    }
  });

  it.each(["hub", "core", "device", "plugin", "settings"])("lets nobody speak as %s", (id) => {
    const { sources, refused } = distinctPlugins([source(id, false)]);
    expect(sources).toEqual([]);
    expect(refused[0]?.error.message).toContain(id);
  });

  it("loses no plugin and keeps each id once", () => {
    const plugins = fc.array(fc.tuple(fc.constantFrom("one", "two", "three", "hub"), fc.boolean()));
    fc.assert(
      fc.property(plugins, (list) => {
        const all = list.map(([id, firstParty]) => source(id, firstParty));
        const { sources, refused } = distinctPlugins(all);
        const ids = sources.map(({ manifest }) => manifest.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(sources.length + refused.length).toBe(all.length);
      }),
    );
  });
});

describe("refusedRecords", () => {
  it("gives every refused plugin an id of its own that an address can hold", () => {
    const error = new VatioError("E_PLUGIN_INVALID", "No manifest.");
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 })), (names) => {
        const records = refusedRecords(
          names.map((name) => ({ package: name, error })),
          ["shelly", "plugin"],
          0 as Instant,
        );
        const ids = ["shelly", "plugin", ...records.map(({ id }) => id)];
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
      }),
    );
    expect(refusedRecords([{ package: "@me/Shelly", error }], ["me-shelly"], 0 as Instant)).toMatchObject([
      { id: "me-shelly-2", state: "failed", reason: { params: { why: "No manifest." } }, firstParty: false },
    ]);
  });
});

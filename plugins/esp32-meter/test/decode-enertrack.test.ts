import { CORE_METRICS, MetricRegistry } from "@vatio/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEnertrack } from "../src/decode-enertrack.js";
import { MAGNITUDES } from "../src/magnitudes.js";
import { EN } from "../src/messages/en.js";
import { BURST, BURST_ROW } from "./support/node-burst.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (topic: string, payload = "1", base = "enertrack") =>
  decodeEnertrack(base, { topic, payload: bytes(payload) });

describe("decodeEnertrack", () => {
  it.each(BURST)("reads %s", (name, payload) => {
    const metric = MAGNITUDES.get(name)?.metric ?? "";
    const value = Object.entries(BURST_ROW).find(([key]) => key === metric)?.[1];
    expect(decode(`enertrack/24A3BC12/${name}`, payload)).toStrictEqual({ id: "24A3BC12", metric, value });
  });

  it("keeps the case of the id and takes any base topic", () => {
    expect(decode("casa/enertrack/aB_c-1/fp", "1", "casa/enertrack")).toMatchObject({ id: "aB_c-1", value: 1 });
  });

  it.each([
    ["enertrack", "topic"],
    ["enertrack/24A3BC12", "topic"],
    ["enertrack/24A3BC12/fp/deep", "topic"],
    ["enertrackX/24A3BC12/fp", "topic"],
    ["enertrack/24A3BC12/fp/", "topic"],
    ["enertrack//fp", "id"],
    ["enertrack/24 A3/fp", "id"],
    ["enertrack/ñ/fp", "id"],
    [`enertrack/${"a".repeat(65)}/fp`, "id"],
    ["enertrack/../fp", "id"],
    ["enertrack/24A3BC12/", "unknown-magnitude"],
    ["enertrack/24A3BC12/Tension", "unknown-magnitude"],
    ["enertrack/24A3BC12/constructor", "unknown-magnitude"],
  ])("refuses the topic %s: %s", (topic, name) => {
    expect(decode(topic)).toMatchObject({ refusal: { key: `esp32-meter.rejected.${name}` } });
  });

  it.each([
    ["tension", "-0.1", "negative"],
    ["tension", "1000.1", "out-of-range"],
    ["corriente", "-5", "negative"],
    ["fp", "1.01", "out-of-range"],
    ["frecuencia", "65535", "out-of-range"],
    ["potencia_prom", "-369.4", "negative"],
    ["consumo", "-0.0001", "negative"],
    ["consumo", "10000.1", "out-of-range"],
    ["energy_raw", "-1", "negative"],
    ["energy_raw", "999999999", "out-of-range"],
    ["energy_raw", "nan", "not-finite"],
  ])("refuses %s = %s: %s, and says of which node", (name, payload, reason) => {
    const decoded = decode(`enertrack/24A3BC12/${name}`, payload);
    expect(decoded).toMatchObject({ id: "24A3BC12", refusal: { key: `esp32-meter.rejected.${reason}` } });
  });

  it("takes only values that the hub's registry takes as well", () => {
    const registry = new MetricRegistry();
    for (const { metric, least, most } of MAGNITUDES.values()) {
      const entry = registry.get(metric);
      expect(CORE_METRICS).toContain(entry);
      expect(least).toBeGreaterThanOrEqual(entry?.min ?? Number.POSITIVE_INFINITY);
      expect(most).toBeLessThanOrEqual(entry?.max ?? 0);
    }
  });

  it("never throws and names every refusal", () => {
    const level = fc.oneof(fc.string({ maxLength: 80 }), fc.constantFrom("24A3BC12", ...MAGNITUDES.keys()));
    const topic = fc.array(level, { maxLength: 5 }).map((levels) => ["enertrack", ...levels].join("/"));
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.double().map((value) => bytes(String(value))),
    );
    fc.assert(
      fc.property(fc.oneof(topic, fc.string()), payload, (garbage, content) => {
        const decoded = decodeEnertrack("enertrack", { topic: garbage, payload: content });
        if (decoded.refusal) expect(EN).toHaveProperty([decoded.refusal.key]);
        else expect(decoded.value).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 10_000 },
    );
  });
});

import { describe, expect, it } from "vitest";
import { withSteadyGauges } from "../src/gen2/steady-gauges.js";
import type { ChannelReading, Values } from "../src/reading.js";

const reading = (values: Values): ChannelReading => ({ channel: "switch:0", kind: "switch", values });

describe("gauges between two changes", () => {
  it("hold for the minute that only tells the register", () => {
    const gauges = new Map<string, Values>();
    withSteadyGauges(gauges, [reading({ power_w: 2.1, voltage_v: 127, energy_import_wh: 10 })]);
    expect(withSteadyGauges(gauges, [reading({ energy_import_wh: 11 })])).toEqual([
      reading({ power_w: 2.1, voltage_v: 127, energy_import_wh: 11 }),
    ]);
    withSteadyGauges(gauges, [reading({ power_w: 0 })]);
    expect(withSteadyGauges(gauges, [reading({ energy_import_wh: 11 })])[0]?.values.power_w).toBe(0);
  });

  it("are never invented, nor carried over registers", () => {
    const gauges = new Map<string, Values>();
    expect(withSteadyGauges(gauges, [reading({ energy_import_wh: 11 })])).toEqual([reading({ energy_import_wh: 11 })]);
    withSteadyGauges(gauges, [reading({ power_w: 5, energy_import_wh: 12, energy_export_wh: 3 })]);
    expect(withSteadyGauges(gauges, [reading({ voltage_v: 128 })])).toEqual([reading({ voltage_v: 128 })]);
    expect(withSteadyGauges(gauges, [reading({ energy_import_wh: 13 })])).toEqual([
      reading({ power_w: 5, voltage_v: 128, energy_import_wh: 13 }),
    ]);
  });
});

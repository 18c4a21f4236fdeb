import { expect, it } from "vitest";
import { describeWithFixtures, readJsonFixture } from "../../../../test/support/shared-data.js";
import { decodeStatus } from "../../src/gen2/decode-status.js";
import { parseNotification } from "../../src/gen2/frame.js";
import { hardwareIdOf } from "../../src/hardware-id.js";
import { dateOf } from "../../src/instant-of.js";
import { isObject, type JsonObject } from "../../src/json.js";
import { mergedByChannel } from "../../src/reading.js";
import { bytes } from "../support/payload.js";
import { GEN2_STATES } from "../tables/gen2-states.js";

/** The captured state as the device itself would publish it when it connects. */
function asFullStatus(folder: string, file: string): Uint8Array {
  const captured = objectOf(readJsonFixture(folder, file));
  const status = objectOf(captured.status ?? captured);
  const sys = objectOf(status.sys);
  const src = captured.shelly === undefined ? `shelly-${String(sys.mac).toLowerCase()}` : objectOf(captured.shelly).id;
  return bytes({
    src,
    dst: `${String(src)}/events`,
    method: "NotifyFullStatus",
    params: { ts: sys.unixtime, ...status },
  });
}

function objectOf(value: unknown): JsonObject {
  if (!isObject(value)) throw new TypeError("The fixture does not hold an object here.");
  return value;
}

describeWithFixtures("captured states of Gen2, Gen3 and Gen4", () => {
  it.each(GEN2_STATES)("decodes $file.1", ({ file, id, at, channels }) => {
    const { frame } = parseNotification(asFullStatus(...file));
    if (!frame) throw new TypeError("The captured state does not parse as a notification.");
    const decoded = decodeStatus({ ...frame.params }, { before: new Map(), replaces: "device" });
    expect(Object.fromEntries(mergedByChannel(decoded.readings))).toEqual(channels);
    expect(decoded.refusals).toEqual([]);
    expect(hardwareIdOf(frame.src)).toBe(id);
    expect(dateOf("ts" in frame.params ? frame.params.ts : undefined)).toBe(at * 1000);
  });

  it("decodes a switch of a plug that measures a solar inverter: positive power, no register of its return", () => {
    const status = objectOf(readJsonFixture("shelly-gen3", "plugsg3-switch-status-pv.json"));
    const decoded = decodeStatus({ "switch:0": status }, { before: new Map(), replaces: "components" });
    const values = mergedByChannel(decoded.readings).get("switch:0");
    expect(values).toEqual({
      switch_on: 1,
      power_w: 399.2,
      voltage_v: 240.8,
      current_a: 1.886,
      energy_import_wh: 2574466.629,
      temperature_c: 46.3,
    });
  });
});

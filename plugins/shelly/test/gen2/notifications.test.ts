import { expect, it } from "vitest";
import { describeWithFixtures, readFixture, readJsonFixture } from "../../../../test/support/shared-data.js";
import { explainForeign } from "../../src/explain-foreign.js";
import { decodeStatus } from "../../src/gen2/decode-status.js";
import { type Notification, parseNotification } from "../../src/gen2/frame.js";
import { hardwareIdOf } from "../../src/hardware-id.js";
import { dateOf } from "../../src/instant-of.js";
import { isObject } from "../../src/json.js";
import { type Decoded, mergedByChannel } from "../../src/reading.js";
import { bytes, capturedMessages, fixtureBytes } from "../support/payload.js";

function frameOf(payload: Uint8Array): Notification {
  const parsed = parseNotification(payload);
  if (!parsed.frame) throw new TypeError(`Not a notification: ${parsed.reason.key}`);
  return parsed.frame;
}

const decode = ({ method, params }: Notification) =>
  decodeStatus({ ...params }, { before: new Map(), replaces: method === "NotifyFullStatus" ? "device" : "fields" });

const channels = (decoded: Decoded): object => Object.fromEntries(mergedByChannel(decoded.readings));
const instants = ({ params }: Notification): unknown => dateOf("ts" in params ? params.ts : undefined);
const keys = (texts: Decoded["refusals"]): string[] => texts.map(({ key }) => key);

const SINGLE = [
  [
    "notify-status-shellyplugsg3-switch-0.json",
    1755016500000,
    { "switch:0": { energy_import_wh: 18572.574, energy_export_wh: 0 } },
  ],
  ["notify-status-shellyplus1-switch-0.json", 1755025562180, { "switch:0": { switch_on: 1 } }],
  ["notify-status-shellypro3-switch-0.json", 1755016913240, { "switch:0": { temperature_c: 47.93 } }],
  ["notify-fullstatus-plus1.json", 1736604018380, { "switch:0": { switch_on: 1, temperature_c: 48.4 } }],
] as const;

const WITHOUT_READINGS = ["notify-status-shelly1minig3-sys.json", "notify-status-shellyplugsg3-mqtt.json"];

const EVENTS = [
  ["notify-event-config-changed.json", "config_changed"],
  ["notify-event-shelly1minig3-sys-ota-error.json", "ota_error"],
  ["notify-event-shelly1minig3-sys-ota-progress.json", "ota_progress"],
  ["notify-event-shelly1minig3-sys-scheduled-restart.json", "scheduled_restart"],
  ["notify-event-shellyplus1-input-0-btn-down.json", "btn_down"],
] as const;

const SEQUENCES = [
  {
    file: "gen2-plus1pm-load-deltas.mqtt.txt",
    id: "4417939a5610",
    frames: [
      [1708326851410, { "switch:0": { switch_on: 1, voltage_v: 224.18 } }],
      [1708326852500, { "switch:0": { power_w: 918.63 } }],
      [1708326854500, { "switch:0": { power_w: 1800.5 } }],
      // This firmware measures behind the relay.
      [1708326875040, { "switch:0": { power_w: 0, switch_on: 0, voltage_v: 0 } }],
    ],
  },
  {
    file: "gen2-pro4pm-notify.mqtt.txt",
    id: "30c6f784e78c",
    frames: [
      [1675072985860, { "switch:1": { power_w: 0, current_a: 0, switch_on: 0, power_factor: 0 } }],
      [1675931140210, { "switch:0": { switch_on: 1 } }],
      [1675935540540, { "switch:3": { energy_import_wh: 0 } }],
    ],
  },
  {
    file: "gen2-plusht-sleepy-boot.mqtt.txt",
    id: "08b61fce63c4",
    frames: [[1674473304120, { "humidity:0": { humidity_pct: 54.3 }, "temperature:0": { temperature_c: 19.9 } }]],
  },
] as const;

describeWithFixtures("captured notifications", () => {
  it.each(SINGLE)("decodes %s", (file, at, expected) => {
    const frame = frameOf(fixtureBytes("shelly-mqtt", file));
    expect(channels(decode(frame))).toEqual(expected);
    expect(instants(frame)).toBe(at);
  });

  it.each(WITHOUT_READINGS)("finds nothing to measure in %s", (file) => {
    const decoded = decode(frameOf(fixtureBytes("shelly-mqtt", file)));
    expect(keys(decoded.ignored)).toEqual(["shelly.ignored.nothing-metered"]);
    expect(decoded.readings).toEqual([]);
  });

  it.each(EVENTS)("reads the event of %s", (file, event) => {
    const { method, params } = frameOf(fixtureBytes("shelly-mqtt", file));
    expect(method).toBe("NotifyEvent");
    expect(params).toMatchObject({ events: [{ event }] });
  });

  it.each(SEQUENCES)("decodes $file in order", ({ file, id, frames }) => {
    const decoded = capturedMessages("shelly-mqtt", file).map(({ payload }) => frameOf(bytes(payload)));
    expect(decoded.map((frame) => [instants(frame), channels(decode(frame))])).toEqual(frames);
    expect(new Set(decoded.map(({ src }) => hardwareIdOf(src)))).toEqual(new Set([id]));
  });

  it("reads a log of a device with inputs only as nothing to measure", () => {
    const payloads = readFixture("shelly-mqtt", "gen2-i4-qos-retain.log.txt").matchAll(/payload=(\{.*\})$/gm);
    const found = [...payloads].map(([, payload = ""]) => bytes(payload));
    expect(found).toHaveLength(2);
    expect(keys(decode(frameOf(found[0] ?? new Uint8Array())).ignored)).toEqual(["shelly.ignored.nothing-metered"]);
    expect(parseNotification(found[1] ?? new Uint8Array())).toEqual({ reason: { key: "shelly.rejected.not-a-frame" } });
  });
});

describeWithFixtures("captured answers", () => {
  it("decodes a cover that moves", () => {
    const status = readJsonFixture("shelly-rpc", "cover-getstatus-moving.json");
    const decoded = decodeStatus({ "cover:0": status }, { before: new Map(), replaces: "components" });
    expect(channels(decoded)).toEqual({
      "cover:0": {
        power_w: 123.1,
        voltage_v: 219.7,
        current_a: 0.557,
        power_factor: 0.99,
        frequency_hz: 50,
        energy_import_wh: 314.801,
        temperature_c: 52,
      },
    });
  });

  it("decodes registers of which the returned one is the larger, with an id that is text", () => {
    const status = readJsonFixture("shelly-rpc", "em1data-getstatus-returned.json");
    const decoded = decodeStatus({ "em1data:0": status }, { before: new Map(), replaces: "components" });
    expect(channels(decoded)).toEqual({ "em1:0": { energy_import_wh: 1264.15, energy_export_wh: 144792.28 } });
    expect(decoded.refusals).toEqual([]);
  });

  it("decodes one clamp in its three envelopes: the sign of the power is the direction, that of pf is not", () => {
    const [status, answer, notification] = readFixture("shelly-rpc", "em1g3-three-envelopes.jsonl")
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const first = {
      power_w: -1899.8,
      apparent_va: 1974.5,
      voltage_v: 117.6,
      current_a: 16.714,
      power_factor: 0.82,
      frequency_hz: 60,
    };
    expect(one(payloadOf(status))).toEqual(first);
    const second = {
      power_w: -1760.2,
      apparent_va: 1827.1,
      voltage_v: 121,
      current_a: 15.487,
      power_factor: 0.96,
      frequency_hz: 60,
    };
    expect(one(payloadOf(answer).result)).toEqual(second);
    const frame = frameOf(bytes(payloadOf(notification)));
    expect(channels(decode(frame))).toEqual({ "em1:0": { power_w: -1899.8, voltage_v: 117.6, current_a: 16.714 } });
    expect(hardwareIdOf(frame.src)).toBe("dcb4d9c564f4");
  });
});

function payloadOf(line: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(line) || !isObject(line.payload)) throw new TypeError("The line holds no payload.");
  return line.payload;
}

const one = (status: unknown): unknown =>
  mergedByChannel(decodeStatus({ "em1:0": status }, { before: new Map(), replaces: "components" }).readings).get(
    "em1:0",
  );

const ELSEWHERE = [
  ["shelly-gen1", "1pm-coiot-citd.json", "shelly.rejected.coiot"],
  ["shelly-gen1", "1pm-coiot-cits.json", "shelly.rejected.coiot"],
  ["shelly-gen1", "3em-coiot-citd.json", "shelly.rejected.coiot"],
  ["shelly-gen1", "3em-coiot-cits.json", "shelly.rejected.coiot"],
  ["shelly-gen1", "em-coiot-citd.json", "shelly.rejected.coiot"],
  ["shelly-gen1", "1pm-status-4711w.json", "shelly.rejected.gen1-status"],
  ["shelly-mdns", "gen1-3em.json", "shelly.rejected.mdns"],
  ["shelly-mdns", "gen2-plus1pm.json", "shelly.rejected.mdns"],
  ["shelly-mdns", "gen2-pro3em.json", "shelly.rejected.mdns"],
  ["shelly-mdns", "gen3-emg3.json", "shelly.rejected.mdns"],
  ["shelly-mdns", "gen4-1pmg4.json", "shelly.rejected.mdns"],
  ["shelly-em-history", "pro3em-data.csv", "shelly.rejected.em-history"],
  ["shelly-em-history", "proem-em1-data.csv", "shelly.rejected.em-history"],
  ["shelly-rpc", "error-109-shutting-down.json", "shelly.rejected.rpc-error"],
  ["shelly-rpc", "error-404-no-handler.json", "shelly.rejected.rpc-error"],
  ["shelly-rpc", "ws-auth-challenge-401.json", "shelly.rejected.rpc-error"],
  ["shelly-rpc", "ws-cover-close-success.json", "shelly.rejected.reply"],
  ["shelly-rpc", "getconfig-frame-plugus.json", "shelly.rejected.reply"],
  ["shelly-rpc", "listmethods-2pmg3.json", "shelly.rejected.method-list"],
  ["shelly-rpc", "getdeviceinfo-pro3em-monophase.json", "shelly.rejected.device-info"],
  ["shelly-rpc", "http-shelly-endpoint-plus2pm-auth.json", "shelly.rejected.device-info"],
  ["shelly-rpc", "http-401-www-authenticate.txt", "shelly.rejected.http-challenge"],
  ["shelly-rpc", "prooutputaddon-getperipherals.json", "shelly.rejected.not-a-frame"],
] as const;

describeWithFixtures("payloads of other channels, sent as a notification", () => {
  it.each(ELSEWHERE)("names why %s/%s is not used", (folder, file, reason) => {
    expect(parseNotification(fixtureBytes(folder, file))).toMatchObject({ reason: { key: reason } });
  });

  it("keeps the words of a device that answers with an error", () => {
    const error = readJsonFixture("shelly-rpc", "error-109-shutting-down.json");
    if (!isObject(error)) throw new TypeError("The fixture is not an object.");
    expect(explainForeign(error).params).toEqual({ code: "-109", message: "shutting down in 952 ms" });
  });
});

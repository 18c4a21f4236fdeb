import type { ChannelId, CommandCall, SwitchSet } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { bytes } from "./support/payload.js";
import { type RunningPlugin, runPlugin } from "./support/running-plugin.js";

const MAC = "EC64C9D3FF00";
const CALL = { actor: { kind: "hub", id: "test" }, signal: new AbortController().signal } as unknown as CommandCall;

interface Lamp {
  readonly id: string;
  readonly model: string;
}
const RGBW2: Lamp = { id: "shellyrgbw2-EC64C9D3FF00", model: "SHRGBW2" };
const DIMMER: Lamp = { id: "shellydimmer2-EC64C9D3FF00", model: "SHDM-2" };

async function send({ hub, time }: RunningPlugin, topic: string, payload: unknown, retained = false): Promise<void> {
  await hub.deliver({ topic: `shellies/${topic}`, payload: bytes(payload), qos: 1, retained, at: time.now() });
}

async function meet(plugin: RunningPlugin, { id, model }: Lamp): Promise<void> {
  await send(plugin, "announce", { id, mac: MAC, model });
}

/** A full status of a lamp, in the shape of an RGBW2. */
const info = (mode: string, outputs: number): object => ({
  mac: MAC,
  unixtime: 0,
  mode,
  lights: Array.from({ length: outputs }, () => ({ ison: true, mode, power: 12.5, overpower: false })),
  meters: Array.from({ length: outputs }, () => ({ power: 12.5, is_valid: "true", timestamp: 0, total: 600 })),
});

const channelsOf = ({ hub }: RunningPlugin): string[] =>
  (hub.devices.get(MAC.toLowerCase())?.channels ?? []).map(({ key }) => key);

/** Topics of the orders that switching an output sends. */
async function ordered(plugin: RunningPlugin, id: string, output: number, says: string): Promise<string | undefined> {
  plugin.hub.published.length = 0;
  const input = { channel: `shelly:${MAC.toLowerCase()}/light:${output}` as ChannelId, to: "off" } as SwitchSet;
  const done = plugin.hub.switchSet?.(input, CALL);
  await Promise.resolve();
  await send(plugin, `${id}/${says}/${output}`, "off");
  await expect(done).resolves.toMatchObject({ on: false });
  return plugin.hub.published[0]?.topic;
}

describe("a lamp of Gen1", () => {
  it.each([
    ["color", 1],
    ["white", 4],
  ])("that is in the mode %s has one channel for each output, whatever tells of it", async (mode, outputs) => {
    using plugin = await runPlugin();
    await meet(plugin, RGBW2);
    await send(plugin, `${RGBW2.id}/info`, info(mode, outputs));
    for (let n = 0; n < outputs; n++) {
      await send(plugin, `${RGBW2.id}/${mode}/${n}`, "on");
      await send(plugin, `${RGBW2.id}/${mode}/${n}/power`, "12.5");
      await send(plugin, `${RGBW2.id}/${mode}/${n}/energy`, "600");
    }
    expect(channelsOf(plugin)).toEqual(Array.from({ length: outputs }, (_, n) => `light:${n}`));
    expect(plugin.hub.rows[0]?.values).toEqual({ switch_on: 1, power_w: 12.5, energy_import_wh: 10 });
  });

  it.each<[string, Lamp, readonly [topic: string, payload: unknown, retained?: boolean][], string, string]>([
    ["that told so on its topics", RGBW2, [["white/2", "on"]], "white", "white/2/command"],
    ["that told so in its status", RGBW2, [["info", info("white", 4)]], "white", "white/2/command"],
    [
      "that was changed meanwhile",
      RGBW2,
      [
        ["color/0", "on"],
        ["white/2", "on"],
      ],
      "white",
      "white/2/command",
    ],
    [
      "of which the broker keeps an old mode",
      RGBW2,
      [
        ["white/2", "on"],
        ["color/0", "on", true],
      ],
      "white",
      "white/2/command",
    ],
    ["that dims one lamp", DIMMER, [["info", info("white", 3)]], "light", "light/2/command"],
    [
      "with a name of its owner",
      { id: "salon", model: "SHRGBW2" },
      [["info", info("white", 4)]],
      "white",
      "white/2/command",
    ],
  ])("%s is switched on the topic that it knows", async (_what, lamp, told, says, expected) => {
    using plugin = await runPlugin();
    await meet(plugin, lamp);
    for (const [topic, payload, retained] of told) await send(plugin, `${lamp.id}/${topic}`, payload, retained);
    expect(await ordered(plugin, lamp.id, 2, says)).toBe(`shellies/${lamp.id}/${expected}`);
  });

  it("keeps its mode over a restart of the plugin", async () => {
    using plugin = await runPlugin();
    await meet(plugin, RGBW2);
    await send(plugin, `${RGBW2.id}/white/2`, "on");
    expect([...plugin.hub.documents.values()]).toMatchObject([{ lights: "white" }]);
  });

  it("has no reading of a meter that says in words that it is not valid", async () => {
    using plugin = await runPlugin();
    await meet(plugin, RGBW2);
    const meters = [{ power: 3, is_valid: "false", total: 60 }];
    await send(plugin, `${RGBW2.id}/info`, { ...info("color", 1), meters });
    expect(plugin.hub.rows.map(({ values }) => values)).toEqual([{ switch_on: 1 }]);
  });
});

describe("a Shelly 2 with relays", () => {
  it("is read by its meter, though its status has a roller as well", async () => {
    using plugin = await runPlugin();
    await send(plugin, "announce", { id: "shellyswitch-EC64C9D3FF00", mac: MAC, model: "SHSW-21" });
    await send(plugin, "shellyswitch-EC64C9D3FF00/info", {
      mac: MAC,
      relays: [{ ison: true }, { ison: false }],
      rollers: [{ state: "stop", power: 0, is_valid: true }],
      meters: [{ power: 70, is_valid: true, total: 6_000 }],
    });
    expect(plugin.hub.rows.map(({ channel, values }) => [channel.split("/")[1], values])).toEqual([
      ["relay:0", { switch_on: 1 }],
      ["relay:1", { switch_on: 0 }],
      ["meter:0", { power_w: 70, energy_import_wh: 100 }],
    ]);
  });
});

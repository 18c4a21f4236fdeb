import { type Batch, type ChannelId, minutes, type Range } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { bytes } from "../support/payload.js";
import { runPlugin } from "../support/running-plugin.js";

const MINUTE = 60_000;
const ADDRESS = "192.168.1.45";
const MAC = "485519D732F4";
const channel = "shelly:485519d732f4/emeter:0" as ChannelId;

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");

/** A 3EM of the first generation with a file of ten-minute lines, the newest hour in minutes, in no order. */
async function meter({ password }: { readonly password?: string } = {}) {
  const plugin = await runPlugin({ config: { askDevices: false } });
  const { hub, time } = plugin;
  const end = time.now();
  const old = Array.from({ length: 60 }, (_, n) => [end - minutes(60) - (n + 1) * 10 * MINUTE, 10] as const);
  const fresh = Array.from({ length: 60 }, (_, n) => [end - minutes(60) + n * MINUTE, 1] as const);
  const lines = [...fresh, ...old, ...old.slice(0, 5)].map(([at, wh]) => `${stamp(at)},${wh.toFixed(2)},0.50`);
  const file = ["Date/time UTC,Active energy Wh (A),Returned energy Wh (A)", ...lines, ""].join("\n");
  const requests: string[] = [];
  hub.hosts.set(ADDRESS, {
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      requests.push(pathname);
      if (pathname === "/shelly") return Response.json({ type: "SHEM-3", mac: MAC, auth: password !== undefined });
      const expected = `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
      const refused = password !== undefined && request.headers.get("authorization") !== expected;
      const challenge = { "www-authenticate": 'Basic realm="shellyem3"' };
      if (refused) return new Response("401 Unauthorized", { status: 401, headers: challenge });
      return pathname === "/emeter/0/em_data.csv" ? new Response(file) : new Response("Not Found", { status: 404 });
    },
  });
  const send = (topic: string, value: unknown) =>
    hub.deliver({ topic, payload: bytes(value), qos: 1, retained: false, at: time.now() });
  const id = "shellyem3-485519D732F4";
  await send("shellies/announce", { id, model: "SHEM-3", mac: MAC, ip: ADDRESS, new_fw: false, fw_ver: "x" });
  await send(`shellies/${id}/emeter/0/power`, "12.5");
  await send(`shellies/${id}/emeter/1/power`, "12.5");
  return { plugin, requests, end };
}

async function read({ hub }: Awaited<ReturnType<typeof meter>>["plugin"], from: number, to: number, of = channel) {
  const batches: Batch[] = [];
  const { signal } = new AbortController();
  for await (const batch of hub.history?.(of, { from, to } as Range, signal) ?? []) batches.push(batch);
  return batches;
}

describe("the file of an energy meter of the first generation", () => {
  it.each([[undefined], ["s3cret"]])(
    "is read, password %s, and what comes next in a row is taken from the same one",
    async (password) => {
      const { plugin, requests, end } = await meter(password === undefined ? {} : { password });
      plugin.hub.password = "s3cret";
      const from = end - minutes(80);
      const [batch] = await read(plugin, from, end - minutes(50));
      expect(batch?.channel).toBe(channel);
      expect([...(batch?.at ?? [])].map((at) => (at - from) / MINUTE)).toEqual([
        0,
        10,
        ...Array.from({ length: 10 }, (_, n) => 20 + n),
      ]);
      expect([...(batch?.columns.interval_s ?? [])]).toEqual([600, 600, ...new Array(10).fill(60)]);
      expect([...(batch?.columns.interval_import_wh ?? [])]).toEqual([10, 10, ...new Array(10).fill(1)]);
      expect(batch?.columns.power_w).toBeUndefined();
      await read(plugin, from - minutes(60), from);
      expect(requests.filter((path) => path.endsWith("em_data.csv"))).toHaveLength(password === undefined ? 1 : 2);
    },
  );

  it("is not there for every clamp", async () => {
    const { plugin, end } = await meter();
    const other = channel.replace(":0", ":1") as ChannelId;
    await expect(read(plugin, end - minutes(80), end, other)).rejects.toMatchObject({ code: "E_HISTORY_NONE" });
  });

  it("wants the right password", async () => {
    const { plugin, end } = await meter({ password: "other" });
    plugin.hub.password = "s3cret";
    await expect(read(plugin, end - minutes(80), end)).rejects.toMatchObject({ code: "E_DEVICE_UNAUTHORIZED" });
  });
});

import type { ChannelId, DeviceId } from "@vatio/plugin-api";
import type { TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { startHub } from "../support/real-hub.js";

const DEVICE = "shelly:a8032412c3d4" as DeviceId;
const STATUS = { "switch:0": { id: 0, apower: 1234.5, voltage: 220.3, current: 5.6 }, sys: { mac: "A8032412C3D4" } };

async function post(hub: TestHub, body: unknown, secret?: string): Promise<{ status: number; body: unknown }> {
  const headers = { "content-type": "application/json", ...(secret ? { authorization: `Bearer ${secret}` } : {}) };
  const url = `${hub.url}/api/v1/ingest/shelly`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

const token = async (hub: TestHub, scope: "ingest" | "read" | "control"): Promise<string> =>
  (await hub.parts.accounts.createToken("script", scope)).secret;

describe("POST /api/v1/ingest/shelly on the real hub", () => {
  it("stores the status that a script posts with a token of its own, before it answers", async () => {
    await using hub = await startHub();
    expect(await post(hub, STATUS, await token(hub, "ingest"))).toEqual({
      status: 200,
      body: { status: "received", stored: 1, duplicate: 0, rejected: [] },
    });
    expect(await hub.readings(`${DEVICE}/switch:0` as ChannelId)).toEqual([
      { at: hub.clock.now(), power_w: 1234.5, voltage_v: 220.3, current_a: 5.6 },
    ]);
    expect(hub.parts.devices.get(DEVICE)).toMatchObject({ state: "pending", online: true });
  });

  it("shows the post among the device's last messages, and counts it as hearing of the device", async () => {
    await using hub = await startHub();
    const secret = await token(hub, "ingest");
    await post(hub, STATUS, secret);
    await hub.advance("3 min");
    await post(hub, { ...STATUS, "switch:0": { id: 0, apower: 7 } }, secret);
    expect(hub.parts.devices.get(DEVICE)?.seenAt).toBe(hub.clock.now());
    const [newest, ...older] = hub.parts.devices.rawMessages(DEVICE);
    expect(newest).toMatchObject({ at: hub.clock.now(), topic: "POST /api/v1/ingest/shelly" });
    expect(newest?.payload).toContain('"apower":7');
    expect([newest, ...older].map((message) => message?.rejected)).toEqual([undefined, undefined]);
  });

  it("calls a post that it holds already a duplicate", async () => {
    await using hub = await startHub();
    const secret = await token(hub, "ingest");
    const dated = { ...STATUS, sys: { mac: "A8032412C3D4", unixtime: Math.floor(hub.clock.now() / 1_000) } };
    await post(hub, dated, secret);
    expect(await post(hub, dated, secret)).toEqual({
      status: 200,
      body: { status: "received", stored: 0, duplicate: 1, rejected: [] },
    });
    const other = { ...dated, "switch:0": { id: 0, apower: 9 } };
    expect(await post(hub, other, secret)).toMatchObject({
      status: 400,
      body: { error: { code: "E_INPUT_INVALID", details: { rejected: [{ key: "rejected.different-value" }] } } },
    });
    expect(hub.parts.devices.rawMessages(DEVICE).map((message) => message.rejected?.key)).toEqual([
      "rejected.different-value",
      undefined,
      undefined,
    ]);
  });

  it.each([
    ["a time long ago", { sys: { mac: "A8032412C3D4", unixtime: 1_010_000_000 } }, "rejected.bad-time"],
    ["a power that cannot be", { "switch:0": { id: 0, apower: 1e15 } }, "rejected.out-of-range"],
  ])("does not say that it stored %s", async (_what, change, key) => {
    await using hub = await startHub();
    expect(await post(hub, { ...STATUS, ...change }, await token(hub, "ingest"))).toMatchObject({
      status: 400,
      body: { error: { code: "E_INPUT_INVALID", details: { rejected: [{ key }] } } },
    });
    expect(await hub.readings(`${DEVICE}/switch:0` as ChannelId)).toEqual([]);
  });

  it("says which value it did not store beside those that it did", async () => {
    await using hub = await startHub();
    const half = { ...STATUS, "switch:0": { id: 0, apower: 1e15, voltage: 220, current: "x" } };
    expect(await post(hub, half, await token(hub, "ingest"))).toEqual({
      status: 200,
      body: {
        status: "received",
        stored: 1,
        duplicate: 0,
        rejected: [
          { key: "shelly.rejected.field", params: { field: "switch:0.current" } },
          { key: "rejected.out-of-range", params: { metric: "power_w", value: 1e15 } },
        ],
      },
    });
  });

  it("takes nothing from strangers, nor with a token that only reads", async () => {
    await using hub = await startHub();
    expect((await post(hub, STATUS)).status).toBe(401);
    expect((await post(hub, STATUS, "vt_ingest_invented")).status).toBe(401);
    expect((await post(hub, STATUS, await token(hub, "read"))).status).toBe(403);
    expect(hub.parts.devices.list()).toEqual([]);
  });

  it("takes nothing of a blocked device, and says so", async () => {
    await using hub = await startHub();
    const secret = await token(hub, "ingest");
    await post(hub, STATUS, secret);
    await hub.parts.devices.block(DEVICE);
    expect(await post(hub, STATUS, secret)).toMatchObject({
      status: 403,
      body: { error: { code: "E_DEVICE_BLOCKED" } },
    });
  });

  it("meets a device anew that was taken away", async () => {
    await using hub = await startHub();
    const secret = await token(hub, "ingest");
    await post(hub, STATUS, secret);
    await hub.parts.devices.accept(DEVICE, { name: "Bomba" });
    await hub.parts.devices.remove(DEVICE);
    await hub.settle();
    await hub.advance("1 s");
    await post(hub, STATUS, secret);
    expect(hub.parts.devices.get(DEVICE)).toMatchObject({ state: "pending", online: true });
  });
});

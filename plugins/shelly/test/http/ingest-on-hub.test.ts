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
    expect(await post(hub, STATUS, await token(hub, "ingest"))).toEqual({ status: 200, body: { status: "received" } });
    expect(await hub.readings(`${DEVICE}/switch:0` as ChannelId)).toEqual([
      { at: hub.clock.now(), power_w: 1234.5, voltage_v: 220.3, current_a: 5.6 },
    ]);
    expect(hub.parts.devices.get(DEVICE)).toMatchObject({ state: "pending", online: true });
    expect(hub.parts.devices.rawMessages(DEVICE).map(({ topic }) => topic)).toEqual([]);
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

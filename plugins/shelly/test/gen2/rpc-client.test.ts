import { VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { RPC_TIMEOUT, RpcClient } from "../../src/gen2/rpc-client.js";
import { rpcError } from "../../src/gen2/rpc-error.js";
import { ManualTime } from "../support/manual-time.js";

function client(publish: () => Promise<void> = async () => undefined) {
  const time = new ManualTime();
  const sent: { topic: string; id: number; src: string }[] = [];
  const rpc = new RpcClient({
    clock: time,
    scheduler: time,
    mqtt: {
      publish: async (topic, payload) => {
        await publish();
        const { id, src }: { id: number; src: string } = JSON.parse(String(payload));
        sent.push({ topic, id, src });
      },
    },
  });
  return { rpc, time, sent };
}

const REQUEST = { prefix: "casa/bomba", wireId: "shellyplus1pm-a8032412c3d4", method: "Switch.Set" };
const idOf = (sent: readonly { id: number }[]): number => sent.at(-1)?.id ?? -1;

describe("RpcClient", () => {
  it("asks below the prefix and takes the answer with its id", async () => {
    const { rpc, sent } = client();
    const answer = rpc.call(REQUEST);
    await Promise.resolve();
    expect(sent).toEqual([{ topic: "casa/bomba/rpc", id: idOf(sent), src: "vatio/shelly" }]);
    expect(rpc.settle({ id: idOf(sent), src: "shellyplus1pm-A8032412C3D4", result: { was_on: true } })).toBe(true);
    expect((await answer).result).toEqual({ was_on: true });
    expect(rpc.settle({ id: idOf(sent), src: REQUEST.wireId, result: {} })).toBe(false);
  });

  it("takes no answer from another device, nor to a question that nobody asked", async () => {
    const { rpc, time, sent } = client();
    const answer = rpc.call(REQUEST);
    await Promise.resolve();
    expect(rpc.settle({ id: idOf(sent), src: "shellyplus1pm-000000000000", result: {} })).toBe(false);
    expect(rpc.settle({ id: idOf(sent) + 1, src: REQUEST.wireId, result: {} })).toBe(false);
    const failure = expect(answer).rejects.toMatchObject({ code: "E_DEVICE_TIMEOUT", retryable: true });
    time.advance(RPC_TIMEOUT);
    await failure;
  });

  it("fails when the request cannot be sent, and forgets it", async () => {
    const offline = new VatioError("E_MQTT_OFFLINE", "No broker.", { retryable: true });
    const { rpc, time } = client(() => Promise.reject(offline));
    await expect(rpc.call(REQUEST)).rejects.toBe(offline);
    time.advance(RPC_TIMEOUT);
    expect(time.errors).toEqual([]);
  });

  it("numbers requests with 31 bits, each with its own number", async () => {
    const { rpc, sent } = client();
    for (let i = 0; i < 256; i++) rpc.call(REQUEST).catch(() => undefined);
    await Promise.resolve();
    expect(new Set(sent.map(({ id }) => id)).size).toBe(256);
    expect(sent.every(({ id }) => Number.isInteger(id) && id > 0 && id < 2 ** 31)).toBe(true);
    await expect(rpc.call(REQUEST)).rejects.toMatchObject({ code: "E_DEVICE_BUSY", retryable: true });
  });
});

describe("rpcError", () => {
  it.each([
    [-103, "E_DEVICE_REFUSED", false],
    [-104, "E_DEVICE_TIMEOUT", true],
    [-105, "E_DEVICE_REFUSED", false],
    [-109, "E_DEVICE_BUSY", true],
    [-114, "E_DEVICE_BUSY", true],
    [401, "E_DEVICE_UNAUTHORIZED", false],
    [404, "E_DEVICE_REFUSED", false],
    [500, "E_DEVICE_FAILED", true],
  ])("means by %d %s", (code, expected, retryable) => {
    const error = rpcError("Switch.Set", { code, message: "shutting down in 952 ms" });
    expect(error).toMatchObject({ code: expected, retryable, details: { method: "Switch.Set", rpcCode: code } });
    expect(error.message).toContain("shutting down in 952 ms");
  });
});

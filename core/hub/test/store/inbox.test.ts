import path from "node:path";
import type { MqttMessage, PluginId } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { MAIN, NOW, openStore, reading, temporaryFolder } from "./support/fixture.js";

const P = "shelly" as PluginId;
const OTHER = "esp32" as PluginId;

const message = (n: number, more: Partial<MqttMessage> = {}): MqttMessage => ({
  topic: `t/${n}`,
  payload: new Uint8Array([n, 0, 255]),
  qos: 1,
  retained: false,
  at: (NOW + n) as never,
  ...more,
});

describe("an inbox", () => {
  it("keeps messages in order, over a restart, each plugin its own", async () => {
    const file = path.join(temporaryFolder(), "t.duckdb");
    const first = await openStore({ path: file });
    await Promise.all([1, 2, 3].map((n) => first.store.inbox.put(P, message(n))));
    await first.store.inbox.put(OTHER, message(9, { client: "c", qos: 2, retained: true, payload: new Uint8Array(0) }));
    await first.store.close();
    const { store } = await openStore({ path: file });
    const found = await store.inbox.read(P, 2);
    expect(found.map(({ id: _, payload, ...rest }) => ({ ...rest, payload: [...payload] }))).toEqual(
      [1, 2].map((n) => ({
        plugin: P,
        topic: `t/${n}`,
        payload: [n, 0, 255],
        qos: 1,
        retained: false,
        at: NOW + n,
        crashes: 0,
      })),
    );
    expect(await store.inbox.read(OTHER, 9)).toMatchObject([{ topic: "t/9", client: "c", qos: 2, retained: true }]);
    expect(store.inbox.size(P)).toEqual({ messages: 3, bytes: 3 * 6 });
    await store.inbox.put(P, message(4));
    const ids = (await store.inbox.read(P, 10)).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it("gives messages up when they are removed", async () => {
    const { store } = await openStore();
    await Promise.all([1, 2, 3].map((n) => store.inbox.put(P, message(n))));
    const [a, b] = await store.inbox.read(P, 2);
    await store.inbox.remove(P, [a?.id ?? 0, b?.id ?? 0, 777]);
    await store.inbox.remove(OTHER, [a?.id ?? 0]);
    expect((await store.inbox.read(P, 9)).map(({ topic }) => topic)).toEqual(["t/3"]);
    expect(store.inbox.size(P).messages).toBe(1);
  });

  it("shares the group commit with readings", async () => {
    const { store } = await openStore();
    await Promise.all([store.inbox.put(P, message(1)), store.write([reading(MAIN, NOW, { power_w: 1 })])]);
    expect(store.figures()).toMatchObject({ commits: 1, rowsCommitted: 1 });
  });

  it.each([
    ["messages", { inboxMessages: 2 }],
    ["bytes", { inboxBytes: 12 }],
  ])("that is full by its %s refuses until there is room", async (_name, config) => {
    const { store, counters } = await openStore({ config });
    await store.inbox.put(P, message(1));
    await store.inbox.put(P, message(2));
    await expect(store.inbox.put(P, message(3))).rejects.toMatchObject({
      code: "E_INBOX_FULL",
      retryable: true,
      details: { plugin: P },
    });
    await store.inbox.put(OTHER, message(3));
    expect(counters.get("store", "inbox-full", P)).toBe(1);
    await store.inbox.remove(P, [(await store.inbox.read(P, 1))[0]?.id ?? 0]);
    await store.inbox.put(P, message(3));
  });

  it("sets a message aside at its third crash, over restarts, and shows it until it is dropped", async () => {
    const file = path.join(temporaryFolder(), "t.duckdb");
    const first = await openStore({ path: file });
    await first.store.inbox.put(P, message(1));
    await first.store.inbox.put(P, message(2));
    const [bad] = await first.store.inbox.read(P, 1);
    const id = bad?.id ?? 0;
    expect(await first.store.inbox.crashed(P, id)).toBe(false);
    expect((await first.store.inbox.read(P, 1))[0]?.crashes).toBe(1);
    await first.store.close();
    const { store } = await openStore({ path: file });
    expect(await store.inbox.crashed(P, id)).toBe(false);
    expect(await store.inbox.crashed(P, id)).toBe(true);
    expect(await store.inbox.crashed(P, id)).toBe(false);
    expect((await store.inbox.read(P, 9)).map(({ topic }) => topic)).toEqual(["t/2"]);
    expect(store.inbox.size(P)).toEqual({ messages: 1, bytes: 6 });
    expect(await store.inbox.aside(P)).toMatchObject([{ id, topic: "t/1", crashes: 3 }]);
    await store.inbox.dropAside(P, (await store.inbox.read(P, 1))[0]?.id ?? 0);
    expect(store.inbox.size(P).messages).toBe(1);
    await store.inbox.dropAside(P, id);
    expect(await store.inbox.aside(P)).toEqual([]);
  });
});

import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant, PluginId } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemRandom } from "../../src/random.js";
import { createSecretStore, loadSecretKey } from "../../src/settings/index.js";
import type { StateDatabase } from "../../src/store/types.js";
import { memoryState } from "../support/memory-state.js";

const clock = new VirtualClock(0 as Instant);
let database: StateDatabase;
beforeAll(async () => {
  database = await memoryState();
});
afterAll(() => database.close());
beforeEach(() => database.run("DELETE FROM secrets"));

const store = (key = new Uint8Array(32).fill(7)) => createSecretStore({ database, key, random: systemRandom, clock });

describe("the secret store", () => {
  it("keeps secrets by owner and name", async () => {
    const secrets = store();
    await secrets.set("plugin:shelly", "password", "hunter2");
    await secrets.set("plugin:shelly", "password", "hunter3");
    await secrets.set("plugin:shelly", "key", "k");
    await secrets.set("mqtt", "password", "m");
    expect(await secrets.get("plugin:shelly", "password")).toBe("hunter3");
    expect(await secrets.names("plugin:shelly")).toEqual(["key", "password"]);
    await secrets.delete("plugin:shelly", "key");
    expect(await secrets.get("plugin:shelly", "key")).toBeUndefined();
    await secrets.purge("shelly" as PluginId);
    expect(await secrets.names("plugin:shelly")).toEqual([]);
    expect(await secrets.get("mqtt", "password")).toBe("m");
  });

  it("gives back any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1 }), async (value) => {
        await store().set("o", "n", value);
        expect(await store().get("o", "n")).toBe(value);
      }),
      { numRuns: 30 },
    );
  });

  it("never stores the text itself, and never the same bytes twice", async () => {
    const sealed = async () =>
      Buffer.from((await database.all<{ sealed: Uint8Array }>("SELECT sealed FROM secrets"))[0]?.sealed ?? []);
    await store().set("o", "n", "hunter2");
    const first = await sealed();
    await store().set("o", "n", "hunter2");
    expect(first.includes("hunter2")).toBe(false);
    expect((await sealed()).equals(first)).toBe(false);
  });

  it("says so when the key is another one", async () => {
    await store().set("o", "n", "x");
    await expect(store(new Uint8Array(32).fill(8)).get("o", "n")).rejects.toMatchObject({
      code: "E_SECRET_UNREADABLE",
      message: expect.stringContaining("another key"),
    });
  });

  it("does not open a record that was moved, changed or cut", async () => {
    await store().set("mqtt", "password", "secret of mqtt");
    await database.run(
      "INSERT INTO secrets SELECT 'plugin:evil', name, sealed, updated_at FROM secrets WHERE owner = 'mqtt'",
    );
    await expect(store().get("plugin:evil", "password")).rejects.toMatchObject({ code: "E_SECRET_UNREADABLE" });
    const [row] = await database.all<{ sealed: Uint8Array }>("SELECT sealed FROM secrets WHERE owner = 'mqtt'");
    const good = row?.sealed ?? new Uint8Array();
    for (const bad of [
      good.map((byte, index) => (index === 20 ? byte ^ 1 : byte)),
      good.slice(0, 10),
      new Uint8Array(),
    ]) {
      await database.run("UPDATE secrets SET sealed = ? WHERE owner = 'mqtt'", [bad]);
      await expect(store().get("mqtt", "password")).rejects.toMatchObject({ code: "E_SECRET_UNREADABLE" });
    }
  });

  it("refuses an empty secret and a huge one", async () => {
    await expect(store().set("o", "n", "")).rejects.toMatchObject({ code: "E_SECRET_INVALID" });
    await expect(store().set("o", "n", "x".repeat(70_000))).rejects.toMatchObject({ code: "E_SECRET_INVALID" });
  });
});

describe("the secret key", () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "vatio-key-"));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));
  const load = (env: Record<string, string> = {}) => loadSecretKey({ data, env, random: systemRandom });

  it("is made once, for the hub's user alone", async () => {
    const key = await load();
    expect(key).toHaveLength(32);
    expect(await load()).toEqual(key);
    expect(statSync(join(data, "secret.key")).mode & 0o777).toBe(0o600);
  });

  it("gets its rights back after a restore", async () => {
    await load();
    chmodSync(join(data, "secret.key"), 0o644);
    await load();
    expect(statSync(join(data, "secret.key")).mode & 0o777).toBe(0o600);
  });

  it("may come from the environment, as hexadecimal digits or base64, and then makes no file", async () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
    expect(await load({ VATIO_SECRET_KEY: Buffer.from(bytes).toString("hex") })).toEqual(bytes);
    expect(await load({ VATIO_SECRET_KEY: ` ${Buffer.from(bytes).toString("base64")}\n` })).toEqual(bytes);
    expect(() => readFileSync(join(data, "secret.key"))).toThrow("ENOENT");
  });

  it("is refused when it is none, without being repeated", async () => {
    const error = await load({ VATIO_SECRET_KEY: "hunter2" }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "E_SECRET_KEY_INVALID", message: expect.not.stringContaining("hunter2") });
    writeFileSync(join(data, "secret.key"), "oops");
    await expect(load()).rejects.toMatchObject({ code: "E_SECRET_KEY_INVALID" });
  });

  it("is kept nowhere for a hub in memory", async () => {
    const options = { data: ":memory:", env: {}, random: systemRandom };
    expect(await loadSecretKey(options)).not.toEqual(await loadSecretKey(options));
  });
});

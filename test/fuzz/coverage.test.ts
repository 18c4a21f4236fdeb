import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_PREFIX, routeTable } from "../../core/hub/src/http/index.js";
import { httpEntries } from "./support/http-entries.js";
import { httpShareOf } from "./support/http-suite.js";
import { mqttEntries } from "./support/mqtt-entries.js";
import { PACKET_ENTRIES } from "./support/mqtt-packets.js";
import { partOf } from "./support/part-of.js";
import { BROKER_SHARES, HTTP_SHARES, MQTT_SHARES, OTHER_FILES } from "./support/shares.js";
import { World } from "./support/world.js";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const namesOf = (entries: readonly { readonly name: string }[]): string[] => entries.map(({ name }) => name).sort();

describe("every entry point is fuzzed by exactly one file:", () => {
  it("HTTP, from the server's own list of routes and the plugins' mounts", () => {
    const entries = httpEntries(world);
    const shares = Object.values(HTTP_SHARES).flatMap((share) => httpShareOf(entries, share));
    expect(namesOf(shares)).toEqual(namesOf(entries));
  });

  it("MQTT, from the subscriptions of the running plugins", () => {
    const entries = mqttEntries(world);
    const shares = Object.values(MQTT_SHARES).flatMap((share) => partOf(entries, share));
    expect(namesOf(shares)).toEqual(namesOf(entries));
  });

  it("packets of the broker", () => {
    const shares = Object.values(BROKER_SHARES).flatMap((share) => partOf(PACKET_ENTRIES, share));
    expect(namesOf(shares)).toEqual(namesOf(PACKET_ENTRIES));
  });

  it("and the files are there", () => {
    const files = [HTTP_SHARES, MQTT_SHARES, BROKER_SHARES].flatMap((shares) => Object.keys(shares));
    const missing = [...files, ...OTHER_FILES].filter(
      (name) => !existsSync(fileURLToPath(new URL(`${name}.test.ts`, import.meta.url))),
    );
    expect(missing).toEqual([]);
  });
});

describe("the lists of entry points are whole:", () => {
  it("each route of the table is served, and fuzzed with its own schemas", () => {
    const tableOf = ({ method, path }: { method: string; path: string }): string =>
      `${method} ${API_PREFIX}${path.replace(/\{(\w+)\}/g, ":$1")}`;
    const withRoute = httpEntries(world).filter(({ route }) => route !== undefined);
    expect(namesOf(withRoute)).toEqual(routeTable.map(tableOf).sort());
  });

  it("each plugin that takes requests is reached at its own prefix and at its aliases", () => {
    const paths = new Set(httpEntries(world).map(({ path }) => path));
    for (const { id, manifest } of world.hub.parts.plugins.list()) {
      if (!manifest.permissions.includes("http")) continue;
      for (const prefix of [`/api/plugins/${id}`, ...(manifest.http?.aliases ?? [])])
        expect(paths).toContain(`${prefix}/*`);
    }
  });

  it("each plugin that may subscribe listens somewhere", () => {
    const listening = new Set(mqttEntries(world).flatMap(({ plugins }) => plugins));
    const allowed = world.hub.parts.plugins
      .list()
      .filter(({ manifest }) => manifest.permissions.some((permission) => permission.startsWith("mqtt.subscribe")));
    expect([...listening].sort()).toEqual(allowed.map(({ id }) => id).sort());
  });
});

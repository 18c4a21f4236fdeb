import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { manifest } from "../src/manifest.js";
import { EN } from "../src/messages/en.js";
import { ES } from "../src/messages/es.js";
import { runPlugin } from "./support/running-plugin.js";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.includes("messages"),
);
const source = files.map((file) => readFileSync(path.join(root, file), "utf8")).join("\n");
const placeholders = (message: string): string[] =>
  [...message.matchAll(/\{(\w+)/g)].map(([, name = ""]) => name).sort();

describe("the words", () => {
  it("are the same keys in both languages, each with the same gaps", () => {
    expect(Object.keys(ES)).toEqual(Object.keys(EN));
    for (const [key, message] of Object.entries(EN)) {
      expect(placeholders(ES[key as keyof typeof ES]), key).toEqual(placeholders(message));
    }
  });

  it("exist for every reason that the code names, and no other", () => {
    const named = new Set([...source.matchAll(/"(shelly\.[a-z0-9.-]+)"/g)].map(([, key = ""]) => key));
    const steps = Object.keys(EN).filter((key) => key.includes(".step"));
    expect([...named].filter((key) => !(key in EN))).toEqual([]);
    expect(Object.keys(EN).filter((key) => !named.has(key) && !steps.includes(key))).toEqual([]);
    for (const { steps: shown } of manifest.deviceSetup) for (const { key } of shown) expect(EN).toHaveProperty([key]);
  });
});

describe("the manifest", () => {
  it("is data", () => expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest));

  it("asks for exactly the topics that the plugin listens to", async () => {
    using plugin = await runPlugin();
    const granted = manifest.permissions.filter((permission) => permission.startsWith("mqtt.subscribe:"));
    expect(granted.toSorted()).toEqual(plugin.hub.filters.map((filter) => `mqtt.subscribe:${filter}`).toSorted());
  });

  it("gives a device its own topics and the answers to the hub, and lets it listen to its own orders alone", () => {
    const { publish, subscribe } = manifest.mqtt.deviceTopics;
    expect(publish.filter((topic) => !topic.includes("{device}"))).toEqual([
      "shellies/announce",
      "vatio/shelly/rpc",
      "vatio/shelly",
    ]);
    expect(subscribe.filter((topic) => !topic.includes("{device}"))).toEqual(["shellies/command"]);
    expect(subscribe.filter((topic) => topic.endsWith("#"))).toEqual([]);
  });

  it("has a sensible default for every setting", () => {
    const defaults = Object.values(manifest.config.properties).map(
      (property) => "default" in property && property.default,
    );
    expect(defaults).toEqual([true, true, true, false, "admin", 10]);
  });
});

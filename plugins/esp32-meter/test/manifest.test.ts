import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { manifest } from "../src/manifest.js";
import { DEFAULTS } from "./support/recording-hub.js";

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const sources = readdirSync(path.join(folder, "src"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(path.join(folder, "src", file), "utf8"))
  .join("\n");
const { en, es } = manifest.messages;
const placeholders = (message: string): string[] =>
  [...message.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? "").sort();

describe("manifest", () => {
  it("has the same keys and parameters in both languages", () => {
    expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort());
    const words = new Map<string, string>(Object.entries(es));
    for (const [key, message] of Object.entries(en)) {
      expect([key, placeholders(words.get(key) ?? "")]).toEqual([key, placeholders(message)]);
    }
  });

  it("has words for every key that the code names, and none for others", () => {
    const named = sources
      .replaceAll(/\$\{step\}/g, "1")
      .matchAll(/["`](esp32-meter\.(?:[a-z-]+\.)+[a-z-]+\d?|esp32-meter\.description)["`]/g);
    const keys = new Set([...named].map(([, key]) => key ?? "").filter((key) => key !== "esp32-meter.silence-check"));
    const steps = Object.keys(en).filter((key) => /step[2-4]$/.test(key));
    expect([...keys, ...steps].sort()).toEqual(Object.keys(en).sort());
  });

  it("takes its own defaults", () => {
    expect(Value.Check(manifest.config, DEFAULTS)).toBe(true);
    const defaults = Object.entries(manifest.config.properties).map(([key, schema]) => [
      key,
      Reflect.get(schema, "default"),
    ]);
    expect(Object.fromEntries(defaults)).toEqual(DEFAULTS);
  });

  it.each(["energy/+", "#", "a/#", "+", "$SYS/load", "", "a\u0000b", "x".repeat(257)])(
    "refuses the topic %j",
    (topic) => {
      const plainTopics = [{ topic, unit: "kW", metric: "power_w", name: "" }];
      expect(Value.Check(manifest.config, { ...DEFAULTS, plainTopics })).toBe(false);
    },
  );

  it.each(["enertrack/", "/enertrack", "a/+", "#", "$share", "", "a/#/b"])("refuses the base topic %j", (baseTopic) => {
    expect(Value.Check(manifest.config, { ...DEFAULTS, baseTopic })).toBe(false);
  });

  it.each(["x", "casa/enertrack", "enertrack 2"])("takes the base topic %j", (baseTopic) => {
    expect(Value.Check(manifest.config, { ...DEFAULTS, baseTopic })).toBe(true);
  });

  it("lets a device publish on its own topics only", () => {
    expect(manifest.mqtt.deviceTopics.subscribe).toEqual([]);
    for (const template of manifest.mqtt.deviceTopics.publish) expect(template).toContain("{device}");
  });

  it("is data", () => {
    expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Text } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../src/formats.js";
import { manifest } from "../src/manifest.js";
import { EN } from "../src/messages/en.js";
import { ES } from "../src/messages/es.js";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../src");
const source = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.includes("messages"))
  .map((file) => readFileSync(path.join(root, file), "utf8"))
  .join("\n");
const placeholders = (message: string): string[] =>
  [...message.matchAll(/\{(\w+)/g)].map(([, name = ""]) => name).sort();

/** Every word that the forms of the formats name. */
const inForms = [...JSON.stringify(FORMATS.map(({ options }) => options)).matchAll(/"(importers\.[a-z0-9.-]+)"/g)].map(
  ([, key = ""]) => key,
);

describe("the words", () => {
  it("are the same keys in both languages, each with the same gaps", () => {
    expect(Object.keys(ES)).toEqual(Object.keys(EN));
    for (const [key, message] of Object.entries(EN))
      expect(placeholders(ES[key as keyof typeof ES]), key).toEqual(placeholders(message));
  });

  it("exist for everything that the code and the forms name, and no other", () => {
    const named = new Set([
      ...inForms,
      ...[...source.matchAll(/"(importers\.[a-z0-9.-]+)"/g)].map(([, key = ""]) => key),
    ]);
    expect([...named].filter((key) => !(key in EN))).toEqual([]);
    expect(Object.keys(EN).filter((key) => !named.has(key))).toEqual([]);
  });
});

describe("the manifest", () => {
  it("is data", () => expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest));
});

describe("the formats", () => {
  it("have names of their own and words", () => {
    expect(new Set(FORMATS.map(({ id }) => id)).size).toBe(FORMATS.length);
    for (const { id, title } of FORMATS) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect((title as Text).key in EN).toBe(true);
    }
  });
});

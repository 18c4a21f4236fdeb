import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EN as EN_BASE } from "../../src/i18n/messages/en/index.js";
import { EN_USAGE } from "../../src/i18n/messages/en/usage.js";
import { ES as ES_BASE } from "../../src/i18n/messages/es/index.js";
import { ES_USAGE } from "../../src/i18n/messages/es/usage.js";

const EN = { ...EN_BASE, ...EN_USAGE };
const ES = { ...ES_BASE, ...ES_USAGE };

const source = fileURLToPath(new URL("../../src/", import.meta.url));
const PLACEHOLDER = /\{(\w+)(?:\|([^{}]*))?\}/g;

/** Keys that are put together at run time: everything that begins so counts as used. */
const MADE_AT_RUN_TIME = ["error."];

function code(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("i18n/messages/"))
    .map((file) => readFileSync(path.join(folder, file), "utf8"))
    .join("\n");
}

const placeholders = (message: string): string[] =>
  [...message.matchAll(PLACEHOLDER)].map(([, name = ""]) => name).sort();
const plurals = (message: string): string[][] =>
  [...message.matchAll(PLACEHOLDER)].flatMap(([, , forms]) =>
    forms ? [forms.split(";").map((form) => form.slice(0, form.indexOf("=")))] : [],
  );

describe("the messages", () => {
  const english = Object.entries<string>(EN);
  const spanish: Readonly<Record<string, string>> = ES;

  it("are the same keys in both languages", () => {
    expect(Object.keys(ES).sort()).toEqual(Object.keys(EN).sort());
  });

  it("take the same values in both", () => {
    for (const [key, message] of english)
      expect(new Set(placeholders(spanish[key] ?? "")), key).toEqual(new Set(placeholders(message)));
  });

  it("have every plural form of their language", () => {
    for (const [key, message] of english)
      for (const forms of plurals(message)) expect(forms, key).toEqual(expect.arrayContaining(["one", "other"]));
    for (const [key, message] of Object.entries(spanish))
      for (const forms of plurals(message))
        expect(forms, key).toEqual(expect.arrayContaining(["one", "many", "other"]));
  });

  it("say something, without stray spaces", () => {
    for (const [key, message] of [...english, ...Object.entries(spanish)]) {
      expect(message.trim(), key).toBe(message);
      expect(message.length, key).toBeGreaterThan(0);
    }
  });

  it("are all used", () => {
    const text = code(source);
    const made = [...text.matchAll(/[`"]([\w.]+\.)\$\{/g)].map(([, prefix = ""]) => prefix);
    const prefixes = [...MADE_AT_RUN_TIME, ...made];
    const unused = Object.keys(EN).filter(
      (key) =>
        !text.includes(`"${key}"`) &&
        !text.includes(`\`${key}\``) &&
        !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  it("of an area are only used where they are loaded", () => {
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !file.includes("i18n/"),
    );
    for (const file of files) {
      const text = readFileSync(path.join(source, file), "utf8");
      const names = Object.keys(EN_USAGE).filter((key) => text.includes(`"${key}"`));
      if (names.length === 0 || !text.includes("customElement(")) continue;
      expect(text, `${file} uses ${names[0]}`).toContain("i18n/areas/usage.js");
    }
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type BootConfig, loadBootConfig } from "@vatio/hub";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fencesOf } from "./support/markdown.js";
import { filesBelow, readText } from "./support/repository.js";

const examples = filesBelow("docs/operations", ".md").flatMap((document) =>
  fencesOf(readText(document))
    .filter(({ info }) => info === "yaml")
    .map(({ code, line }) => ({ place: `${document}:${line}`, document, code })),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "vatio-docs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads an example as the hub does; the files that it names exist. */
function load(code: string): BootConfig {
  for (const [, file = ""] of code.matchAll(/: \.\/(\S+\.(?:pem|crt|key))$/gm))
    writeFileSync(path.join(folder, file), "");
  const file = path.join(folder, "vatio.yaml");
  writeFileSync(file, code);
  return loadBootConfig({ env: {}, cwd: folder, file });
}

describe("examples of vatio.yaml", () => {
  it("are found", () => {
    expect(new Set(examples.map(({ document }) => document)).size).toBeGreaterThanOrEqual(3);
  });

  it.each(examples)("$place is a configuration", ({ code }) => {
    expect(() => load(code)).not.toThrow();
  });

  it("show a built-in and an external broker, with and without TLS", () => {
    const brokers = examples.filter(({ document }) => document.endsWith("/mqtt.md")).map(({ code }) => load(code).mqtt);
    expect(brokers.filter(({ embedded }) => embedded?.tls)).not.toEqual([]);
    expect(brokers.map(({ external }) => external?.url.split("://")[0])).toEqual(
      expect.arrayContaining(["mqtt", "mqtts"]),
    );
  });

  it("would be refused with a mistake", () => {
    expect(() => load("mqtt:\n  prot: 1883\n")).toThrow(/mqtt\.prot/);
  });
});

import os from "node:os";
import { type BootDocument, loadBootConfig } from "@vatio/hub";
import { VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { filesBelow, readText, shippedSources } from "./support/repository.js";

const documents = filesBelow(".", ".md");

/** What is written about in the documents, with the first document that does. */
function mentioned(pattern: RegExp, where = documents): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const document of where)
    for (const [, name = ""] of readText(document).matchAll(pattern)) if (!found.has(name)) found.set(name, document);
  return found;
}

const ground = { cwd: os.tmpdir(), file: false } as const;

/** Variables that no hub reads: they are for whoever works on Vatio. */
const developersFiles = [
  "ui/vite.config.ts",
  ...shippedSources("tools", "bench"),
  ...filesBelow("test/support", ".ts"),
];
const developersVariables = new Set(
  developersFiles.flatMap((file) => [...readText(file).matchAll(/\bVATIO_[A-Z_]+\b/g)].map(([name]) => name)),
);

function hubKnows(variable: string): boolean {
  const warnings: string[] = [];
  try {
    loadBootConfig({ ...ground, env: { [variable]: "1" }, onWarning: (warning) => warnings.push(warning) });
  } catch (error) {
    // A known variable with a value that does not fit.
    if (!VatioError.is(error)) throw error;
  }
  return warnings.length === 0;
}

function nested(path: string, value: unknown): BootDocument {
  return path
    .split(".")
    .reverse()
    .reduce<unknown>((inner, key) => ({ [key]: inner }), value) as BootDocument;
}

/** Whether `vatio.yaml` may hold the option, told by what the hub says of a value that fits none. */
function isOption(path: string): boolean {
  try {
    loadBootConfig({ ...ground, env: {}, overrides: nested(path, Number.NaN) });
    return true;
  } catch (error) {
    return VatioError.is(error) && !error.message.includes("no such option");
  }
}

describe("what the documents name", () => {
  it("are variables that something reads", () => {
    const variables = mentioned(/\b(VATIO_[A-Z]+(?:_[A-Z]+)*)\b(?!_)/g);
    expect(variables.size).toBeGreaterThan(20);
    expect([...variables].filter(([name]) => !hubKnows(name) && !developersVariables.has(name))).toEqual([]);
  });

  it("are options that vatio.yaml may hold", () => {
    // The pages for authors of plugins write of services and permissions that look the same.
    const where = [...filesBelow("docs/operations", ".md"), "docs/errors.md"];
    const pattern = /`((?:http|mqtt|log|store|plugins)\.[a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)*)`/g;
    const options = mentioned(pattern, where);
    expect(options.size).toBeGreaterThan(20);
    expect([...options].filter(([name]) => !isOption(name) && !isSection(name))).toEqual([]);
  });

  it("are told apart from what does not exist", () => {
    expect(hubKnows("VATIO_MQTT_PROT")).toBe(false);
    expect(isOption("mqtt.prot")).toBe(false);
    expect(isOption("mqtt.port")).toBe(true);
  });
});

const isSection = (path: string): boolean => ["mqtt.tls", "http.tls"].includes(path);

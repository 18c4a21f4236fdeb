import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { writeApiTypes } from "../generate-api-types.js";

it("writes the types of every route and finds a file that is not theirs", async () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "vatio-types-"));
  const file = path.join(root, "ui/src/data/api-types.ts");
  const stale = { file: "ui/src/data/api-types.ts" };
  expect(await writeApiTypes(root, { check: true })).toMatchObject([stale]);
  expect(await writeApiTypes(root, { check: false })).toEqual([]);
  expect(readFileSync(file, "utf8")).toMatch(/export type Point = components\['schemas'\]\['Point'\];/);
  expect(await writeApiTypes(root, { check: true })).toEqual([]);
  appendFileSync(file, "// by hand\n");
  expect(await writeApiTypes(root, { check: true })).toMatchObject([stale]);
}, 30_000);

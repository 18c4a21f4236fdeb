import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { describeWithFixtures, fixturePath, readJsonFixture } from "../../../test/support/shared-data.js";
import { describeDevice, newFacts } from "../src/device-facts.js";
import { isObject } from "../src/json.js";
import { productName } from "../src/product-name.js";

const modelOf = (model: string): string | undefined => describeDevice({ ...newFacts("a8032412c3d4"), model }).model;

it.each([
  ["SPEM-003CEBEU", "Shelly Pro 3EM"],
  ["SNSW-001P16EU", "Shelly Plus 1PM"],
  ["SHPLG-S", "Shelly Plug S"],
  ["S9XX-TOMORROW", "S9XX-TOMORROW"],
])("shows the code %s as %s", (code, shown) => {
  expect(modelOf(code)).toBe(shown);
});

describeWithFixtures("the codes of captured devices", () => {
  it.each(["shelly-gen1", "shelly-gen2", "shelly-gen3", "shelly-gen4"])("in %s have a name", (folder) => {
    const bundles = readdirSync(fixturePath(folder)).filter((name) => name.endsWith("-bundle.json"));
    expect(bundles.length).toBeGreaterThan(1);
    const codes = bundles.map((name) => codeIn(readJsonFixture(folder, name)));
    expect(codes.filter((code) => productName(code) === undefined)).toEqual([]);
  });
});

function codeIn(bundle: unknown): string {
  const told = isObject(bundle) && isObject(bundle.shelly) ? bundle.shelly : {};
  return String(told.model ?? told.type);
}

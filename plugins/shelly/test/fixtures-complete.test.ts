import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeWithFixtures, fixturePath } from "../../../test/support/shared-data.js";

const here = path.dirname(fileURLToPath(import.meta.url));
const suites = [
  "gen2/states.test.ts",
  "gen2/notifications.test.ts",
  "gen1/fixtures.test.ts",
  "tables/gen2-states.ts",
  "gen2/decode-device.test.ts",
];
const text = suites.map((suite) => readFileSync(path.join(here, suite), "utf8")).join("\n");

describeWithFixtures("the captured payloads", (folder) => {
  const families = readdirSync(folder).filter((name) => name.startsWith("shelly-"));
  const files = families.flatMap((family) => readdirSync(fixturePath(family)).map((file) => [family, file] as const));

  it.each(files)("%s/%s is decoded or refused by name in a test", (_family, file) => {
    expect(text).toContain(`"${file}"`);
  });
});

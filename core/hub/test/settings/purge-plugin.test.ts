import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant, PluginId } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import { expect, it, onTestFinished } from "vitest";
import { systemRandom } from "../../src/random.js";
import { createDocuments, createPrivateFiles, createSecretStore, purgePlugin } from "../../src/settings/index.js";
import { memoryState } from "../support/memory-state.js";

it("takes everything of one plugin away, and nothing else", async () => {
  const root = mkdtempSync(join(tmpdir(), "vatio-purge-"));
  const database = await memoryState();
  onTestFinished(async () => {
    await database.close();
    rmSync(root, { recursive: true, force: true });
  });
  const clock = new VirtualClock(0 as Instant);
  const filesRoot = join(root, "plugin-files");
  const documents = createDocuments({ database, clock });
  const secrets = createSecretStore({ database, clock, random: systemRandom, key: new Uint8Array(32) });
  for (const id of ["shelly", "demo"]) {
    await documents.forPlugin(id as PluginId).set("a", 1);
    await secrets.set(`plugin:${id}`, "key", "x");
    await createPrivateFiles({ folder: join(filesRoot, id), random: systemRandom }).write("a/b", "x");
  }
  mkdirSync(join(root, "other"));

  await purgePlugin({ documents, secrets, filesRoot }, "shelly" as PluginId);
  for (const bad of ["..", "../other", "", ".", "a/b"]) {
    await expect(purgePlugin({ documents, secrets, filesRoot }, bad as PluginId)).rejects.toMatchObject({
      code: "E_PLUGIN_UNKNOWN",
    });
  }

  expect(await documents.forPlugin("shelly" as PluginId).list("")).toEqual([]);
  expect(await secrets.names("plugin:shelly")).toEqual([]);
  expect(existsSync(join(filesRoot, "shelly"))).toBe(false);
  expect(await documents.forPlugin("demo" as PluginId).list("")).toHaveLength(1);
  expect(await secrets.names("plugin:demo")).toEqual(["key"]);
  expect(existsSync(join(filesRoot, "demo/a/b"))).toBe(true);
  expect(existsSync(join(root, "other"))).toBe(true);
});

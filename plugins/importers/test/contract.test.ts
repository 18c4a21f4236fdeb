import { describePluginContract } from "@vatio/testkit";
import importers from "../src/index.js";

describePluginContract(importers, {
  entry: import.meta.resolve("../src/index.ts"),
  manifestFile: new URL("../manifest.json", import.meta.url),
  invalidConfigs: [{ nonsense: 1 }],
});

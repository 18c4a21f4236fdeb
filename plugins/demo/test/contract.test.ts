import { describePluginContract } from "@vatio/testkit";
import demo from "../src/index.js";

describePluginContract(demo, {
  entry: import.meta.resolve("../src/index.ts"),
  manifestFile: new URL("../manifest.json", import.meta.url),
  validConfigs: [{ seed: 7 }],
  invalidConfigs: [{ seed: "seven" }, { nonsense: 1 }],
});

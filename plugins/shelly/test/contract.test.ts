import { describePluginContract } from "@vatio/testkit";
import shelly from "../src/index.js";

describePluginContract(shelly, {
  entry: import.meta.resolve("../src/index.ts"),
  manifestFile: new URL("../manifest.json", import.meta.url),
  validConfigs: [{ askDevices: false, gen1: false, silentAfterMinutes: 60 }],
  invalidConfigs: [{ askDevices: "yes" }, { silentAfterMinutes: 0 }, { nonsense: 1 }],
});

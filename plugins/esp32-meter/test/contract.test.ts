import { describePluginContract } from "@vatio/testkit";
import esp32Meter from "../src/index.js";

describePluginContract(esp32Meter, {
  entry: import.meta.resolve("../src/index.ts"),
  manifestFile: new URL("../manifest.json", import.meta.url),
  validConfigs: [{ baseTopic: "meters", activeMinutes: 10, noDataHours: 2 }],
  invalidConfigs: [{ baseTopic: 7 }, { activeMinutes: 0 }, { nonsense: 1 }],
});

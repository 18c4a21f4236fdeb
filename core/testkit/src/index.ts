export { describePluginContract, type PluginContractOptions } from "./contract.js";
export { FakeLan } from "./fake-lan.js";
export { seededRandom } from "./seeded-random.js";
export { eventually, settle } from "./settle.js";
export { createTestHub, TEST_PERSON, type TestHub, type TestHubOptions } from "./test-hub.js";
export { VirtualClock } from "./virtual-clock.js";

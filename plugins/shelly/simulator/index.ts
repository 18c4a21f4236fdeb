export * from "./behaviors.js";
export { DevicePage, type DevicePageOptions } from "./device-page.js";
export { GEN2_MODELS, type Gen2ModelName } from "./gen2-models.js";
export { type BrokerAddress, SimulatedLink } from "./link.js";
export * from "./meter-source.js";
export { MinuteLog, type MinuteLogOptions, PHASE_NAMES } from "./minute-log.js";
export * from "./simulated-gen1.js";
export * from "./simulated-gen2.js";

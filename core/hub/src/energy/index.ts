export { createEnergyService, type EnergyServiceOptions } from "./energy-service.js";
export type { EnergyService } from "./types.js";

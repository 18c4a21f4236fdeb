export * from "./behaviors.js";
export { createEnertrackNode, type EnertrackNodeOptions, type EnertrackReading } from "./enertrack-node.js";
export { type LinkOptions, SimulatedLink } from "./link.js";
export { createNumberSensor, type NumberSensorOptions } from "./number-sensor.js";
export { type Frame, type SensorKind, type SensorOptions, SimulatedSensor } from "./simulated-sensor.js";

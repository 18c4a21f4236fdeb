import { seconds } from "@vatio/plugin-api";
import { type SensorOptions, SimulatedSensor } from "./simulated-sensor.js";

/** What a simulated sensor of one number is made of. */
export interface NumberSensorOptions extends SensorOptions {
  /** `energy/consumption` when left out. */
  readonly topic?: string;
  /** The number in the unit in which it is sent: kW for the topic above. */
  readonly read: () => number;
  /** Decimals on the wire; 3 when left out. */
  readonly decimals?: number;
}

/** A simulated sensor that publishes one plain number on one topic, every 10 s when no interval is given. Call `start()`. */
export function createNumberSensor(options: NumberSensorOptions): SimulatedSensor {
  const { topic = "energy/consumption", read, decimals = 3 } = options;
  let base = 0;
  return new SimulatedSensor(options, {
    interval: seconds(10),
    frames: () => [{ topic, payload: (read() - base).toFixed(decimals) }],
    reset: () => {
      base = read();
    },
  });
}

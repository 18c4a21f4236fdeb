import { type Instant, minutes } from "@vatio/plugin-api";
import { type Frame, type SensorKind, type SensorOptions, SimulatedSensor } from "./simulated-sensor.js";

/** What the sensor of a node shows. */
export interface EnertrackReading {
  readonly volts: number;
  readonly amps: number;
  /** 0 to 1 */
  readonly powerFactor: number;
  readonly hertz: number;
  readonly watts: number;
  /** Register in Wh; it only rises, resets are a behavior of the node. */
  readonly importWh: number;
}

/** What a simulated node is made of. */
export interface EnertrackNodeOptions extends Omit<SensorOptions, "clientId"> {
  /** ESPID; also the MQTT client id, as in the firmware. */
  readonly id: string;
  /** `enertrack` when left out. */
  readonly baseTopic?: string;
  readonly read: () => EnertrackReading;
}

const MS_IN_HOUR = 3_600_000;

/** The seven messages of a node, in the firmware's order and with its decimals. */
class EnertrackKind implements SensorKind {
  readonly interval = minutes(2);
  readonly #options: EnertrackNodeOptions;
  #baseWh = 0;
  #last: { readonly at: Instant; readonly importWh: number } | undefined;

  constructor(options: EnertrackNodeOptions) {
    this.#options = options;
  }

  reset(): void {
    this.#baseWh = this.#options.read().importWh;
  }

  frames(): readonly Frame[] {
    const { id, baseTopic = "enertrack", read } = this.#options;
    const values = this.#values(read());
    return values.map(([name, payload]) => ({ topic: `${baseTopic}/${id}/${name}`, payload }));
  }

  #values(reading: EnertrackReading): readonly [string, string][] {
    const { deltaWh, meanWatts } = this.#window(reading);
    return [
      ["tension", reading.volts.toFixed(1)],
      ["corriente", reading.amps.toFixed(2)],
      ["fp", reading.powerFactor.toFixed(2)],
      ["frecuencia", reading.hertz.toFixed(2)],
      ["potencia_prom", meanWatts.toFixed(1)],
      ["consumo", (deltaWh / 1_000).toFixed(4)],
      // The PZEM counts whole Wh.
      ["energy_raw", (Math.floor(reading.importWh - this.#baseWh) / 1_000).toFixed(3)],
    ];
  }

  /** Energy and mean power since the last burst, whether that one arrived or not. */
  #window({ importWh, watts }: EnertrackReading): { readonly deltaWh: number; readonly meanWatts: number } {
    const at = this.#options.clock.now();
    const last = this.#last;
    this.#last = { at, importWh };
    if (!last || at <= last.at) return { deltaWh: 0, meanWatts: watts };
    const deltaWh = importWh - last.importWh;
    return { deltaWh, meanWatts: (deltaWh * MS_IN_HOUR) / (at - last.at) };
  }
}

/** A simulated EnerTrack node: a burst of seven messages every two minutes over real MQTT. Call `start()`. */
export const createEnertrackNode = (options: EnertrackNodeOptions): SimulatedSensor =>
  new SimulatedSensor({ ...options, clientId: options.id }, new EnertrackKind(options));

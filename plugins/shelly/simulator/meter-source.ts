import type { Instant } from "@vatio/plugin-api";

/** What the meter of one circuit shows. */
export interface MeterSample {
  /** Active power in W; export is negative. */
  readonly powerW: number;
  readonly voltageV: number;
  readonly currentA: number;
  readonly powerFactor: number;
  readonly frequencyHz: number;
  /** Registers in Wh. */
  readonly importWh: number;
  readonly exportWh: number;
}

/** The world that a simulated device measures and switches. */
export interface MeterSource {
  /** @param circuit `switch:0`, `em:0/a`, `relay:0` */
  read(circuit: string, at: Instant): MeterSample;
  isOn(circuit: string): boolean;
  turn(circuit: string, on: boolean, at: Instant): void;
}

/** Power that a circuit would draw while it is on, in W. */
export type Load = (circuit: string, at: Instant) => number;

/** What a {@link LoadSource} is made of. */
export interface LoadSourceOptions {
  readonly load: Load;
  readonly voltageV?: number;
  readonly frequencyHz?: number;
  readonly powerFactor?: number;
  /** Circuits that are on at the start; all of them when left out. */
  readonly on?: boolean;
}

interface Circuit {
  on: boolean;
  countedUntil: Instant;
  importWh: number;
  exportWh: number;
}

const HOUR_MS = 3_600_000;

/** A world of independent loads whose registers count the power between two readings. */
export class LoadSource implements MeterSource {
  readonly #options: LoadSourceOptions;
  readonly #circuits = new Map<string, Circuit>();

  constructor(options: LoadSourceOptions) {
    this.#options = options;
  }

  read(circuit: string, at: Instant): MeterSample {
    const state = this.#count(circuit, at);
    const { load, voltageV = 230, frequencyHz = 50, powerFactor = 1 } = this.#options;
    const powerW = state.on ? load(circuit, at) : 0;
    const currentA = Math.abs(powerW) / (voltageV * powerFactor);
    const { importWh, exportWh } = state;
    return { powerW, voltageV, currentA, powerFactor, frequencyHz, importWh, exportWh };
  }

  isOn(circuit: string): boolean {
    return this.#circuits.get(circuit)?.on ?? this.#options.on ?? true;
  }

  turn(circuit: string, on: boolean, at: Instant): void {
    this.#count(circuit, at).on = on;
  }

  #count(name: string, at: Instant): Circuit {
    const known = this.#circuits.get(name);
    if (!known) {
      const made: Circuit = { on: this.#options.on ?? true, countedUntil: at, importWh: 0, exportWh: 0 };
      this.#circuits.set(name, made);
      return made;
    }
    const energy = known.on ? (this.#options.load(name, known.countedUntil) * (at - known.countedUntil)) / HOUR_MS : 0;
    if (energy > 0) known.importWh += energy;
    else known.exportWh -= energy;
    known.countedUntil = at;
    return known;
  }
}

import { type Clock, type DurationMs, hours, type Instant, minutes, type Scheduler, seconds } from "@vatio/plugin-api";
import { createEnertrackNode } from "@vatio/plugin-esp32-meter/simulator";
import {
  counterReset,
  type MeterSample,
  type MeterSource,
  SimulatedGen1,
  SimulatedGen2,
} from "@vatio/plugin-shelly/simulator";
import { APPLIANCES, type Appliance } from "./appliances.js";
import { type ApplianceReading, Household, type PhaseReading } from "./household.js";
import { PretendClock } from "./pretend-clock.js";

/** Where the devices of a fleet connect to, and how its people live. */
export interface FleetOptions {
  readonly broker: { readonly url: string; readonly username?: string; readonly password?: string };
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, "every" | "after">;
  readonly seed: number;
  /** IANA zone whose wall clock the household lives by. */
  readonly zone: string;
  /** Span between two bursts of the EnerTrack node; 120 s, as in the firmware, when left out. */
  readonly burstEvery?: DurationMs;
}

interface Device {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How much of the past the devices can tell. */
const HISTORY = hours(24);
const HISTORY_STEP = minutes(1);
/** Steps that are published before their acknowledgements are awaited. */
const STEPS_IN_FLIGHT = 30;

/** In the history: the water heater's plug loses its register, and the lighting's is out of reach for a while. */
const RESET = { key: "boiler", before: hours(9) } as const;
const GAP = { key: "lighting", from: hours(14), to: hours(12.6) } as const;

const PHASE_OF: Readonly<Record<string, number>> = { a: 0, b: 1, c: 2 };

/** The devices of the simulated home and workshop, over real MQTT. */
export class Fleet implements AsyncDisposable {
  readonly #options: FleetOptions;
  readonly #clock: PretendClock;
  readonly #start: Instant;
  /** What happens now. */
  readonly #live: Household;
  /** What happened in the last 24 hours, told by {@link replay}. */
  #past: Household | undefined;
  readonly #timestamped = new Map<string, SimulatedGen2>();
  readonly #devices: readonly Device[];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#clock = new PretendClock(options.clock);
    const now = options.clock.now();
    this.#start = (now - HISTORY) as Instant;
    this.#live = this.#household();
    this.#live.advanceTo(now);
    this.#devices = APPLIANCES.map((appliance) => this.#device(appliance));
  }

  /** Connects every device and lets it report what happens now. */
  async start(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Lets the devices whose messages carry the time tell the last 24 hours, minute by minute. */
  async replay(signal?: AbortSignal): Promise<void> {
    const end = this.#options.clock.now();
    const past = this.#household();
    this.#past = past;
    let sent: Promise<unknown>[] = [];
    for (let at = this.#start + HISTORY_STEP; at < end && !signal?.aborted; at += HISTORY_STEP) {
      this.#clock.during(at as Instant, () => sent.push(...this.#tell(at as Instant, past, end)));
      if (sent.length < STEPS_IN_FLIGHT * this.#timestamped.size) continue;
      await Promise.all(sent);
      sent = [];
    }
    await Promise.all(sent);
    this.#past = undefined;
  }

  #tell(at: Instant, past: Household, end: Instant): Promise<unknown>[] {
    past.advanceTo(at);
    const age = end - at;
    if (age <= RESET.before && age > RESET.before - HISTORY_STEP)
      void this.#timestamped.get(RESET.key)?.behave(counterReset());
    const silent = age < GAP.from && age > GAP.to ? GAP.key : undefined;
    return [...this.#timestamped]
      .filter(([key]) => key !== silent)
      .flatMap(([, device]) => [device.report(), device.reportEnergy()]);
  }

  #household(): Household {
    return new Household({ seed: this.#options.seed, zone: this.#options.zone, start: this.#start });
  }

  #device(appliance: Appliance): Device {
    const { broker, burstEvery, scheduler } = this.#options;
    const shared = {
      broker,
      clock: this.#clock,
      scheduler,
      mac: appliance.hardwareId,
      source: this.#source(appliance),
    };
    switch (appliance.device) {
      case "enertrack": {
        const interval = { firstAfter: seconds(1), ...(burstEvery === undefined ? {} : { interval: burstEvery }) };
        const read = () => this.#nodeReading(appliance);
        return createEnertrackNode({
          ...broker,
          ...interval,
          id: appliance.hardwareId,
          clock: this.#clock,
          scheduler,
          read,
        });
      }
      case "plugs-gen1":
        return new SimulatedGen1(shared);
      default: {
        const device = new SimulatedGen2({ ...shared, model: appliance.device, name: appliance.name.en });
        this.#timestamped.set(appliance.key, device);
        return device;
      }
    }
  }

  #read(appliance: Appliance): ApplianceReading {
    const household = this.#clock.pretending ? (this.#past ?? this.#live) : this.#live;
    household.advanceTo(this.#clock.now());
    return household.read(appliance);
  }

  #source(appliance: Appliance): MeterSource {
    return {
      read: (circuit) => sampleOf(this.#read(appliance), PHASE_OF[circuit.split("/")[1] ?? ""]),
      isOn: () => this.#read(appliance).on,
      turn: (_circuit, on) => void this.#live.turn(appliance.key, on),
    };
  }

  #nodeReading(appliance: Appliance) {
    const { amps, hertz, importWh, powerFactor, volts, watts } = this.#read(appliance);
    return { amps, hertz, importWh, powerFactor, volts, watts };
  }
}

/** One phase of a reading, or all of it. */
function sampleOf(reading: ApplianceReading, phase: number | undefined): MeterSample {
  const one: PhaseReading = (phase === undefined ? undefined : reading.phases[phase]) ?? reading;
  const share = phase === undefined ? 1 : 1 / reading.phases.length;
  return {
    powerW: one.watts,
    voltageV: one.volts,
    currentA: one.amps,
    powerFactor: one.powerFactor,
    frequencyHz: reading.hertz,
    importWh: reading.importWh * share,
    exportWh: reading.exportWh * share,
  };
}

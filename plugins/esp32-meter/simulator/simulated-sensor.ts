import type { Clock, DurationMs, Scheduler } from "@vatio/plugin-api";
import { type Behavior, BehaviorStack } from "./behaviors.js";
import { type LinkOptions, SimulatedLink } from "./link.js";

/** What every simulated sensor is told: where it connects, its time, and how often it reports. */
export interface SensorOptions extends LinkOptions {
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, "every">;
  /** Between two reports. */
  readonly interval?: DurationMs;
  /** Before the first report; the interval when left out. */
  readonly firstAfter?: DurationMs;
}

/** A message on its way to the broker. */
export interface Frame {
  readonly topic: string;
  readonly payload: string;
}

/** What a kind of sensor adds. */
export interface SensorKind {
  readonly interval: DurationMs;
  /** The messages of one report. */
  frames(): readonly Frame[];
  /** Sets its register back. */
  reset(): void;
}

/** A sensor that publishes numbers over real MQTT. Time and the scheduler are injected. */
export class SimulatedSensor implements AsyncDisposable {
  readonly link: SimulatedLink;
  readonly #options: SensorOptions;
  readonly #kind: SensorKind;
  readonly #behaviors = new BehaviorStack();
  #timer: Disposable | undefined;

  constructor(options: SensorOptions, kind: SensorKind) {
    this.#options = options;
    this.#kind = kind;
    this.link = new SimulatedLink(options);
  }

  /** Connects and reports from now on. */
  async start(): Promise<void> {
    await this.link.connect();
    const { scheduler, firstAfter, interval = this.#kind.interval } = this.#options;
    this.#timer ??= scheduler.every(interval, () => this.report(), firstAfter === undefined ? {} : { firstAfter });
  }

  /** Ends the reports and the connection. */
  async stop(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    await this.link.disconnect();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Makes the device misbehave until the result is disposed of; a reset of its register stays. */
  async behave(behavior: Behavior): Promise<Disposable> {
    if (behavior.counterReset) this.#kind.reset();
    const active = this.#behaviors.add(behavior, () => this.#comeBack());
    if (this.#behaviors.offline) await this.link.disconnect({ hard: true });
    return active;
  }

  /** Publishes now, besides the regular reports. */
  async report(): Promise<void> {
    const { copies } = this.#behaviors;
    await Promise.all(this.#kind.frames().map(({ topic, payload }) => this.link.publish(topic, payload, copies)));
  }

  /** A device that cannot come back now, because the broker is away as well, is simply still away. */
  #comeBack(): void {
    if (!this.#behaviors.offline && this.#timer) this.link.connect().catch(() => undefined);
  }
}

import { type Clock, type Instant, instant, type Job, type Scheduler } from "@vatio/plugin-api";
import { LoadSource, SimulatedGen2 } from "@vatio/plugin-shelly/simulator";

const clock: Clock = { now: () => instant(Date.now()) };

const disposable = (end: () => void): Disposable => ({ [Symbol.dispose]: end });

/** Timers of the real world, for devices that stand beside a hub of its own process. */
const scheduler: Pick<Scheduler, "every" | "after"> = {
  every: (interval, job: Job) => {
    const timer = setInterval(() => void job(new AbortController().signal), interval);
    return disposable(() => clearInterval(timer));
  },
  after: (delay, job: Job) => {
    const timer = setTimeout(() => void job(new AbortController().signal), delay);
    return disposable(() => clearTimeout(timer));
  },
};

/** Where a plug connects to. */
export interface PlugBroker {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** A simulated Shelly Plus 1PM whose load changes a little all the time. */
export async function startPlug(broker: PlugBroker, mac = "a8032412c3d4"): Promise<SimulatedGen2> {
  const load = (_circuit: string, at: Instant): number => 900 + 60 * Math.sin(at / 900);
  const source = new LoadSource({ load, voltageV: 127, frequencyHz: 60 });
  const plug = new SimulatedGen2({ broker, clock, scheduler, model: "plus1pm", mac, source, name: "Coffee machine" });
  await plug.start();
  return plug;
}

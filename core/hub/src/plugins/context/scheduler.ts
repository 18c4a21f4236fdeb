import { type Job, type RepeatOptions, type Scheduler, VatioError } from "@vatio/plugin-api";
import { outsideHops } from "../../bus/hops.js";
import { HubScheduler } from "../../scheduler.js";
import type { PluginScope } from "../scope.js";

/** Whose timers they are. */
export interface TimerOwner {
  /** @throws E_DISPOSED */
  live(): void;
  readonly signal: AbortSignal;
  /** Runs a job in the owner's name. */
  run(job: Job, signal: AbortSignal): void | Promise<void>;
  /** Notes that a job goes on. */
  hold(): Disposable;
}

/** Timers of a plugin. They end with it; what a job throws counts as a fault of the plugin. */
export function schedulerService(scope: PluginScope): Scheduler {
  const scheduler = new HubScheduler(scope.services.clock, (error) => scope.failed(error, "job"));
  scope.opened.push("scheduler", () => scheduler[Symbol.dispose]());
  return boundScheduler(scheduler, {
    live: () => scope.live(),
    signal: scope.signal,
    // A timer begins a chain of its own: what its job publishes is no answer to the event whose handler set the timer.
    run: (job, signal) => outsideHops(() => scope.enter(() => job(signal), "job")),
    hold: () => scope.opened.hold("job"),
  });
}

/** A scheduler that checks what it is given, and runs jobs in the name of their owner. */
export function boundScheduler(scheduler: Scheduler, owner: TimerOwner): Scheduler {
  const held = (job: Job): Job => heldJob(owner, job);
  return {
    after: (delay, job) => {
      owner.live();
      return scheduler.after(checkSpan(delay), held(job));
    },
    at: (instant, job) => {
      owner.live();
      return scheduler.at(checkSpan(instant), held(job));
    },
    every: (interval, job, options) => {
      owner.live();
      return scheduler.every(checkSpan(interval, 1), held(job), checkRepeat(options));
    },
    sleep: async (delay, signal) => {
      owner.live();
      const either = signal ? AbortSignal.any([signal, owner.signal]) : owner.signal;
      return scheduler.sleep(checkSpan(delay), either);
    },
  };
}

function heldJob(owner: TimerOwner, job: Job): Job {
  return async (signal) => {
    const busy = owner.hold();
    try {
      await owner.run(job, signal);
    } finally {
      busy[Symbol.dispose]();
    }
  };
}

function checkRepeat(options: RepeatOptions = {}): RepeatOptions {
  if (options.firstAfter !== undefined) checkSpan(options.firstAfter);
  if (options.timeout !== undefined) checkSpan(options.timeout, 1);
  return options;
}

/** @throws E_INPUT_INVALID: with NaN, or an interval of 0, a timer would fire without end */
function checkSpan<T extends number>(span: T, least = Number.NEGATIVE_INFINITY): T {
  if (Number.isFinite(span) && span >= least) return span;
  throw new VatioError("E_INPUT_INVALID", `${span} is not a number of milliseconds that a timer can wait.`);
}

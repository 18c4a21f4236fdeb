import { type Job, type RepeatOptions, type Scheduler, VatioError } from "@vatio/plugin-api";
import { outsideHops } from "../../bus/hops.js";
import { HubScheduler } from "../../scheduler.js";
import type { PluginScope } from "../scope.js";

/** Timers of a plugin. They end with it; what a job throws counts as a fault of the plugin. */
export function schedulerService(scope: PluginScope): Scheduler {
  const scheduler = new HubScheduler(scope.services.clock, (error) => scope.failed(error, "job"));
  scope.opened.push("scheduler", () => scheduler[Symbol.dispose]());
  const contained = (job: Job): Job => containedJob(scope, job);
  return {
    after: (delay, job) => scope.serve(() => scheduler.after(checkSpan(delay), contained(job))),
    at: (instant, job) => scope.serve(() => scheduler.at(checkSpan(instant), contained(job))),
    every: (interval, job, options) =>
      scope.serve(() => scheduler.every(checkSpan(interval, 1), contained(job), checkRepeat(options))),
    sleep: async (delay, signal) => {
      const either = signal ? AbortSignal.any([signal, scope.signal]) : scope.signal;
      return scope.serve(() => scheduler.sleep(checkSpan(delay), either));
    },
  };
}

/** A timer begins a chain of its own: an event that its job publishes is no answer to the one whose handler set the timer. */
function containedJob(scope: PluginScope, job: Job): Job {
  return async (signal) => {
    const busy = scope.opened.hold("job");
    try {
      await outsideHops(() => scope.enter(() => job(signal), "job"));
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
export function checkSpan<T extends number>(span: T, least = Number.NEGATIVE_INFINITY): T {
  if (Number.isFinite(span) && span >= least) return span;
  throw new VatioError("E_INPUT_INVALID", `${span} is not a number of milliseconds that a timer can wait.`);
}

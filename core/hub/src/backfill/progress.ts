import { type Instant, type Text, text } from "@vatio/plugin-api";
import type { DevicePlan } from "./device-plan.js";
import { minutesOf } from "./ranges.js";
import type { BackfillProgress, BackfillState } from "./types.js";

/** Gaps that are named one by one. */
const MOST_GAPS = 50;

/** What of a device decides how its plan goes on. */
export interface Circumstances {
  readonly online: boolean;
  readonly offersHistory: boolean;
  readonly running: boolean;
  readonly now: Instant;
}

/** What a plan waits for, in the order in which a person could do something about it; undefined when its turn may come. */
export function whyWaiting(plan: DevicePlan, { online, offersHistory, now }: Circumstances): Text | undefined {
  if (!offersHistory) return text("backfill.why.driver");
  if (!online) return text("backfill.why.offline");
  return plan.nextTryAt !== undefined && plan.nextTryAt > now ? plan.why : undefined;
}

/** How a plan stands, for people. */
export function progressOf(plan: DevicePlan, circumstances: Circumstances, position?: number): BackfillProgress {
  const { gaps, job } = plan;
  const left = minutesOf(gaps);
  const total = Math.max(left, job?.totalMinutes ?? 0);
  const why = left === 0 || plan.paused ? undefined : whyWaiting(plan, circumstances);
  const state = stateOf(plan, { left, waits: why !== undefined, running: circumstances.running });
  const remaining = state === "running" ? guess(plan, total - left, left, circumstances.now) : undefined;
  return {
    device: plan.device,
    state,
    totalMinutes: total,
    doneMinutes: total - left,
    absentMinutes: job?.absentMinutes ?? 0,
    gaps: [...gaps].reverse().slice(0, MOST_GAPS),
    ...(job ? { cause: job.cause, range: job.range } : {}),
    ...(position === undefined ? {} : { position }),
    ...(remaining === undefined ? {} : { remainingMs: remaining }),
    ...(why === undefined || state === "running" ? {} : { why }),
    ...(state === "waiting" && plan.nextTryAt !== undefined ? { nextTryAt: plan.nextTryAt } : {}),
    ...(job?.finishedAt === undefined ? {} : { finishedAt: job.finishedAt }),
  };
}

function stateOf(
  { paused }: DevicePlan,
  { left, waits, running }: { readonly left: number; readonly waits: boolean; readonly running: boolean },
): BackfillState {
  if (paused) return "paused";
  if (left === 0) return "done";
  if (running) return "running";
  return waits ? "waiting" : "queued";
}

/** As fast as so far. */
function guess({ job }: DevicePlan, done: number, left: number, now: Instant): number | undefined {
  const took = now - (job?.startedAt ?? now);
  return done > 0 && took > 0 ? Math.round((took / done) * left) : undefined;
}

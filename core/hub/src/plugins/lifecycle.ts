import { type DurationMs, type Instant, minutes, type PluginState, seconds } from "@vatio/plugin-api";

/** What happens to a plugin. */
export type LifecycleInput =
  | "start"
  | "ready"
  | "degrade"
  | "recover"
  | "stop"
  | "stopped"
  | "fail"
  | "quarantine"
  | "disable"
  | "refuse";

type Row = Readonly<Partial<Record<LifecycleInput, PluginState>>>;

const ENDINGS: Row = { fail: "failed", quarantine: "quarantined", stop: "stopping" };
const AT_REST: Row = { start: "starting", disable: "disabled", refuse: "incompatible", quarantine: "quarantined" };

/** The one table of a plugin's life. What is not in it does not happen. */
export const LIFECYCLE: Readonly<Record<PluginState, Row>> = {
  incompatible: { start: "starting", disable: "disabled" },
  disabled: { start: "starting", refuse: "incompatible" },
  starting: { ...ENDINGS, ready: "running", refuse: "incompatible" },
  running: { ...ENDINGS, degrade: "degraded" },
  degraded: { ...ENDINGS, recover: "running" },
  stopping: { stopped: "stopped" },
  stopped: AT_REST,
  failed: { ...AT_REST, stop: "stopped" },
  quarantined: { start: "starting", disable: "disabled", refuse: "incompatible" },
};

/** The state that follows, or undefined when the input means nothing in this state. */
export const nextState = (state: PluginState, input: LifecycleInput): PluginState | undefined =>
  LIFECYCLE[state][input];

/** Crashes within this span decide about quarantine. */
export const CRASH_WINDOW: DurationMs = minutes(10);

/** So many crashes within the window end in quarantine. */
export const CRASH_BUDGET = 3;

const BACK_OFF: readonly DurationMs[] = [seconds(1), seconds(4), seconds(16), seconds(60)];
const JITTER = 0.2;

/** Whether the crashes of a plugin, by their instants, spend its budget. */
export function budgetSpent(crashes: readonly Instant[], now: Instant): boolean {
  return crashes.filter((at) => now - at < CRASH_WINDOW).length >= CRASH_BUDGET;
}

/**
 * Wait before the next start: 1, 4, 16, then 60 s, each up to 20 % shorter or longer, so that plugins that fell together do not rise together.
 * @param failures failed starts and crashes in a row, at least 1
 * @param chance in [0, 1)
 */
export function backOff(failures: number, chance: number): DurationMs {
  const base = BACK_OFF[Math.min(Math.max(failures, 1), BACK_OFF.length) - 1] ?? seconds(60);
  return Math.round(base * (1 + JITTER * (2 * chance - 1))) as DurationMs;
}

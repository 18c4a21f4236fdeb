import type { Instant } from "@vatio/plugin-api";
import { budgetSpent, CRASH_BUDGET, CRASH_WINDOW } from "./lifecycle.js";
import type { Crash } from "./types.js";

/** Crashes that are kept to be shown. */
const KEPT = 20;
const LONGEST_MESSAGE = 2_000;
const LONGEST_STACK = 8_000;

/** The latest crashes of a plugin, oldest first. */
export class CrashLog {
  #crashes: readonly Crash[] = [];
  /** Crashes before this instant are forgiven: a person restarted the plugin. */
  #forgiven = 0;

  load(crashes: readonly Crash[]): void {
    this.#crashes = crashes;
  }

  all(): readonly Crash[] {
    return this.#crashes;
  }

  add(at: Instant, error: unknown): void {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    const crash = { at, message: message.slice(0, LONGEST_MESSAGE) };
    const entry = stack === undefined ? crash : { ...crash, stack: stack.slice(0, LONGEST_STACK) };
    this.#crashes = [...this.#crashes, entry].slice(-KEPT);
  }

  /** Whether the plugin has crashed too often of late. */
  spent(now: Instant): boolean {
    return budgetSpent(this.#counted(), now);
  }

  /** Whether one more crash is one too many. */
  nearlySpent(now: Instant): boolean {
    return this.recent(now) + 1 >= CRASH_BUDGET;
  }

  /** Crashes that count at the moment. */
  recent(now: Instant): number {
    return this.#counted().filter((at) => now - at < CRASH_WINDOW).length;
  }

  /** A new chance: what happened so far is shown, but no longer counts. */
  forgive(now: Instant): void {
    this.#forgiven = now;
  }

  #counted(): readonly Instant[] {
    return this.#crashes.filter(({ at }) => at > this.#forgiven).map(({ at }) => at);
  }
}

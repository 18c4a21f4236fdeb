import type { DeviceId, Instant, Range, Text } from "@vatio/plugin-api";

/** Why gaps were looked for. */
export type BackfillCause = "start" | "reconnect" | "accepted" | "nightly" | "manual";

/**
 * What becomes of the gaps of a device.
 *
 * - `running`: its memory is being read.
 * - `queued`: its turn comes.
 * - `waiting`: for what `why` says.
 * - `paused`: a person said so.
 * - `done`: nothing is missing that the device still has.
 */
export type BackfillState = "running" | "queued" | "waiting" | "paused" | "done";

/** How far the gaps of a device are filled. */
export interface BackfillProgress {
  readonly device: DeviceId;
  readonly state: BackfillState;
  readonly cause?: BackfillCause;
  /** From the begin of the first to the end of the last gap. */
  readonly range?: Range;
  /** Minutes in which any of its channels was without a reading. */
  readonly totalMinutes: number;
  /** Of these, how many are dealt with. */
  readonly doneMinutes: number;
  /** Of these, how many the device does not have: they stay a gap. */
  readonly absentMinutes: number;
  /** What is still to be read, newest first; at most 50. */
  readonly gaps: readonly Range[];
  /** Begins at 1; absent when nothing is queued. */
  readonly position?: number;
  /** A guess, in ms. */
  readonly remainingMs?: number;
  /** Why it waits. */
  readonly why?: Text;
  readonly nextTryAt?: Instant;
  readonly finishedAt?: Instant;
}

/** Fetches from the devices' own memory what the hub missed. */
export interface BackfillService {
  /** Devices that are worked on, wait, are paused, or were finished in the last day; in the order of their turns. */
  list(): readonly BackfillProgress[];
  get(device: DeviceId): BackfillProgress | undefined;
  /** @throws E_DEVICE_UNKNOWN, E_STORE_* (retryable) */
  pause(device: DeviceId): Promise<void>;
  /** @throws E_DEVICE_UNKNOWN, E_STORE_* (retryable) */
  resume(device: DeviceId): Promise<void>;
  /** Looks for gaps and fills them at once, what the device once said that it does not have included. @throws E_DEVICE_UNKNOWN */
  now(device: DeviceId): Promise<void>;
  /** Days back that are looked at; 0 when it is switched off. */
  readonly days: number;
  /** Neither looks for gaps nor stores anything at the moment: the rest is waiting. */
  readonly idle: boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}

import { deviceOf, driverOf, type MetricRegistry } from "@vatio/model";
import {
  type Batch,
  type ChannelId,
  type DeviceId,
  days,
  type Frame,
  type PluginId,
  VatioError,
} from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { Boots } from "./boots.js";
import { isClockSet, isStampedUnset, plausibleTimes } from "./plausible-time.js";
import { REJECTED, Rejections } from "./rejections.js";
import type { ChannelNumbers, WriteOptions } from "./types.js";
import { assertShape, type BatchLimits, type CheckedBatch, pickRows, validateBatch } from "./validate-batch.js";

/** A batch that waits for the begin of a boot; its times count from there. */
export interface HeldBatch {
  readonly device: DeviceId;
  readonly boot: string;
  readonly batch: CheckedBatch;
}

/** What is left of one write after validation. */
export interface Draft {
  readonly batches: CheckedBatch[];
  readonly held: HeldBatch[];
  readonly rejections: Rejections;
  readonly frame: Frame | undefined;
  /** Rows of the longest batch: how many samples the frame has. */
  samples: number;
  /** Rows that may be stored. */
  rows: number;
}

/** What drafts are made with. */
export interface DrafterOptions {
  readonly clock: HubClock;
  readonly metrics: MetricRegistry;
  readonly channels: ChannelNumbers;
  readonly boots: Boots;
  /** Whether a driver may write a channel. */
  readonly owns?: (driver: PluginId, channel: ChannelId) => boolean;
  /** Name of this run of the hub, for what is stamped before the time is known. */
  readonly session: string;
}

/** The hub itself as the device whose boot is waited for. */
export const HUB_DEVICE = "hub" as DeviceId;

const LONGEST_BOOT = days(3_653);
const BOOT_NAME = /^[\x20-\x7e]{1,128}$/;

/** @throws E_FRAME_INVALID */
function assertFrame(frame: Frame): void {
  if (BOOT_NAME.test(frame.boot) && Number.isSafeInteger(frame.from) && frame.from >= 0) return;
  throw new VatioError(
    "E_FRAME_INVALID",
    "A frame needs a boot of 1 to 128 printable ASCII characters and the number of its first sample, 0 or more.",
    {
      details: { device: frame.device },
    },
  );
}

/** Checks what is written and sorts it into what can be stored now, what must wait and what is refused. */
export class Drafter {
  readonly #options: DrafterOptions;

  constructor(options: DrafterOptions) {
    this.#options = options;
  }

  /** @throws E_BATCH_INVALID, E_FRAME_INVALID */
  draft(batches: readonly Batch[], { driver, frame }: WriteOptions): Draft {
    if (frame) assertFrame(frame);
    const draft: Draft = { batches: [], held: [], rejections: new Rejections(), frame, samples: 0, rows: 0 };
    const times = plausibleTimes(this.#options.clock);
    const limits: BatchLimits = { metrics: this.#options.metrics, ...times, offset: 0 };
    for (const batch of batches) {
      assertShape(batch);
      draft.rejections.of(batch.channel);
      draft.samples = Math.max(draft.samples, batch.at.length);
      const number = this.#numberOf(batch, driver, draft);
      if (number !== undefined) this.#add(batch, number, limits, draft);
    }
    return draft;
  }

  /** Number of a channel that may be written; counts the rows otherwise. */
  #numberOf({ channel, at }: Batch, driver: PluginId | undefined, { frame, rejections }: Draft): number | undefined {
    const number = this.#options.channels.numberOf(channel);
    if (number === undefined) rejections.add(REJECTED.unknownChannel, at.length);
    else if (!this.#mayWrite(channel, driver, frame)) rejections.add(REJECTED.notOwner, at.length);
    else return number;
    return undefined;
  }

  #mayWrite(channel: ChannelId, driver: PluginId | undefined, frame: Frame | undefined): boolean {
    if (frame && deviceOf(channel) !== frame.device) return false;
    if (driver === undefined) return true;
    return this.#options.owns?.(driver, channel) ?? driverOf(channel) === driver;
  }

  #add(batch: Batch, number: number, limits: BatchLimits, draft: Draft): void {
    if (batch.timebase === "since-boot") this.#addSinceBoot(batch, number, limits, draft);
    else if (isClockSet(this.#options.clock)) this.#keep(validateBatch(batch, number, limits, draft.rejections), draft);
    else this.#addUnset(batch, number, limits, draft);
  }

  #keep(batch: CheckedBatch | undefined, draft: Draft): void {
    if (!batch) return;
    draft.batches.push(batch);
    draft.rows += batch.at.length;
  }

  #hold(device: DeviceId, boot: string, batch: CheckedBatch | undefined, draft: Draft): void {
    if (!batch) return;
    draft.held.push({ device, boot, batch });
    draft.rows += batch.at.length;
  }

  #addSinceBoot(batch: Batch, number: number, limits: BatchLimits, draft: Draft): void {
    const { frame, rejections } = draft;
    if (!frame) {
      rejections.add(REJECTED.noBoot, batch.at.length);
      return;
    }
    const boot = this.#options.boots.get(frame.device, frame.boot);
    if (boot) this.#keep(validateBatch(batch, number, { ...limits, offset: boot.at }, rejections), draft);
    else
      this.#hold(
        frame.device,
        frame.boot,
        validateBatch(batch, number, { ...limits, from: 0, to: LONGEST_BOOT }, rejections),
        draft,
      );
  }

  /** The hub does not know the time: what it stamped itself counts from its own start until it does. */
  #addUnset(batch: Batch, number: number, limits: BatchLimits, draft: Draft): void {
    const { clock, session } = this.#options;
    const checked = validateBatch(batch, number, { ...limits, from: Number.NEGATIVE_INFINITY }, draft.rejections);
    if (!checked) return;
    const flags = (test: (at: number) => boolean): Uint8Array =>
      Uint8Array.from(checked.at, (at) => (test(at) ? 1 : 0));
    const stamped = pickRows(
      checked,
      flags((at) => isStampedUnset(at, clock)),
    );
    const sinceStart = clock.monotonic() - clock.now();
    if (stamped) this.#hold(HUB_DEVICE, session, { ...stamped, at: stamped.at.map((at) => at + sinceStart) }, draft);
    const timed = pickRows(
      checked,
      flags((at) => at >= limits.from),
    );
    this.#keep(timed, draft);
    draft.rejections.add(REJECTED.badTime, checked.at.length - (stamped?.at.length ?? 0) - (timed?.at.length ?? 0));
  }
}

import { type DeviceId, type Instant, VatioError } from "@vatio/plugin-api";
import type { Boots, BootTime } from "./boots.js";
import type { Drafter } from "./draft.js";
import type { GroupCommit } from "./group-commit.js";
import type { Holding } from "./holding.js";
import type { LateLane } from "./late-lane.js";
import { EARLIEST } from "./plausible-time.js";
import { SerialQueue } from "./serial-queue.js";
import type { Sql } from "./types.js";

/** What moving rows that waited needs. */
export interface BootMoverOptions {
  readonly boots: Boots;
  readonly holding: Holding;
  readonly drafter: Drafter;
  readonly lane: LateLane;
  readonly commit: GroupCommit;
  /** Connection for reading the rows that wait. */
  readonly sql: Sql;
}

function assertBoot(at: number, errorMs: number): void {
  if (Number.isFinite(at) && at >= EARLIEST && Number.isFinite(errorMs) && errorMs >= 0) return;
  throw new VatioError("E_BOOT_INVALID", "A boot begins in 2020 or later, and its doubt is 0 ms or more.", {
    details: { at, errorMs },
  });
}

/** Gives rows that waited for the begin of their boot their instants and moves them to their tables. */
export class BootMover {
  readonly #options: BootMoverOptions;
  readonly #moves = new SerialQueue();

  constructor(options: BootMoverOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#moves.size === 0;
  }

  /** @throws E_BOOT_INVALID; E_STORE_* (retryable) */
  async bootedAt(device: DeviceId, boot: string, time: BootTime): Promise<void> {
    assertBoot(time.at, time.errorMs);
    const { boots, commit } = this.#options;
    boots.note({ device, boot, at: Math.round(time.at) as Instant, errorMs: time.errorMs }, commit.open);
    // Rows that were written before are in the tables then, and later ones get their instants at once.
    await commit.touch();
    await this.#moves.run(() => this.#move(device, boot));
  }

  /** Moves what waited when the last run of the hub ended in the middle. */
  async resume(): Promise<void> {
    for (const { device, boot } of this.#options.holding.boots()) {
      if (this.#options.boots.get(device, boot)) await this.#moves.run(() => this.#move(device, boot));
    }
  }

  async #move(device: DeviceId, boot: string): Promise<void> {
    const { boots, holding, drafter, lane, sql } = this.#options;
    for (;;) {
      const at = boots.get(device, boot)?.at;
      const page = at === undefined ? undefined : await holding.page(sql, { device, boot, at });
      if (!page) return;
      const draft = drafter.draft(page.batches, {});
      const { stored } = await lane.submit(draft, (generation) => holding.remove({ device, boot }, page, generation));
      await stored;
    }
  }
}

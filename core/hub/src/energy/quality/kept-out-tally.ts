import type { ChannelId } from "@vatio/plugin-api";
import type { DerivedStore, KeptOut } from "../../store/index.js";
import type { ChannelNumbers } from "../../store/types.js";

const DAY_MS = 86_400_000;
/** Days that are kept. */
const KEPT_DAYS = 400;

/** Rows of a channel that were not stored, by reason, over some days. */
export interface KeptOutRows {
  readonly channel: number;
  readonly reason: string;
  readonly rows: number;
}

/** Counts what channels sent in vain, by UTC day: in memory, and now and then in the database. */
export class KeptOutTally {
  readonly #derived: DerivedStore;
  readonly #channels: Pick<ChannelNumbers, "numberOf">;
  /** `channel day reason` to rows. */
  #counts = new Map<string, number>();

  constructor(derived: DerivedStore, channels: Pick<ChannelNumbers, "numberOf">) {
    this.#derived = derived;
    this.#channels = channels;
  }

  add(rows: readonly KeptOut[], now: number): void {
    for (const { channel, reason, rows: count } of rows) {
      const number = this.#channels.numberOf(channel);
      if (number === undefined) continue;
      const key = `${number} ${Math.floor(now / DAY_MS)} ${reason}`;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    }
  }

  /** What was counted since an instant. */
  async since(from: number, channels: readonly ChannelId[]): Promise<readonly KeptOutRows[]> {
    const numbers = channels.flatMap((channel) => this.#channels.numberOf(channel) ?? []);
    if (numbers.length === 0) return [];
    const day = Math.floor(from / DAY_MS);
    const stored = await this.#derived.all<KeptOutRows>(
      `SELECT channel, reason, sum(row_count)::BIGINT AS rows FROM channel_days WHERE day >= ? AND channel IN (${numbers.join(", ")}) GROUP BY ALL`,
      [day],
    );
    const here = [...this.#counts].flatMap(([key, rows]) => {
      const [channel, on, reason] = partsOf(key);
      return on >= day && numbers.includes(channel) ? [{ channel, reason, rows }] : [];
    });
    return [...stored, ...here];
  }

  /** Stores what was counted. */
  async save(now: number): Promise<void> {
    const counts = this.#counts;
    if (counts.size === 0) return;
    this.#counts = new Map();
    try {
      await this.#derived.transaction(async (sql) => {
        const rows = [...counts].map(([key, count]) => [...partsOf(key), count]);
        await sql.append("channel_days", ["INTEGER", "INTEGER", "TEXT", "BIGINT"], rows);
        await sql.run("DELETE FROM channel_days WHERE day < ?", [Math.floor(now / DAY_MS) - KEPT_DAYS]);
      });
    } catch (error) {
      for (const [key, count] of counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
      throw error;
    }
  }
}

function partsOf(key: string): [channel: number, day: number, reason: string] {
  const [channel = "", day = "", reason = ""] = key.split(" ");
  return [Number(channel), Number(day), reason];
}

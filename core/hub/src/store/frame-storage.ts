import type { DeviceId } from "@vatio/plugin-api";
import type { FrameRanges } from "./frame-ranges.js";
import { RowAppender } from "./row-appender.js";
import type { SqlConnection } from "./sql-connection.js";

/** Rows that may be written before the table is made small again. */
const ROWS_UNTIL_COMPACT = 200_000;

interface StoredRange {
  readonly device: DeviceId;
  readonly boot: string;
  readonly from_n: number;
  readonly to_n: number;
}

/** The table of received ranges: it grows by a row for each frame and is made small again now and then. */
export class FrameStorage {
  readonly #connection: SqlConnection;
  readonly #ranges: FrameRanges;
  #rows = 0;

  constructor(connection: SqlConnection, ranges: FrameRanges) {
    this.#connection = connection;
    this.#ranges = ranges;
  }

  async load(): Promise<void> {
    const rows = await this.#connection.all<StoredRange>(
      "SELECT device, boot, from_n, to_n FROM frame_ranges ORDER BY arrival",
    );
    this.#ranges.load(rows.map(({ device, boot, from_n, to_n }) => ({ device, boot, from: from_n, to: to_n })));
    this.#rows = rows.length;
  }

  added(rows: number): void {
    this.#rows += rows;
  }

  get wantsCompaction(): boolean {
    return this.#rows > ROWS_UNTIL_COMPACT;
  }

  /** Writes the merged ranges in the place of all that was appended. No commit may be under way. */
  async compact(): Promise<void> {
    const spans = this.#ranges.compacted();
    const appender = new RowAppender(await this.#connection.raw.createAppender("frame_ranges"), [
      "TEXT",
      "TEXT",
      "BIGINT",
      "BIGINT",
      "BIGINT",
    ]);
    await this.#connection.run("BEGIN");
    try {
      await this.#connection.run("DELETE FROM frame_ranges");
      // Below every number of a row: they stay older than what comes, and in their order.
      appender.write(spans.map(({ device, boot, from, to }, i) => [device, boot, from, to, i - spans.length]));
      await this.#connection.run("COMMIT");
    } catch (error) {
      await this.#connection.run("ROLLBACK").catch(() => undefined);
      throw error;
    } finally {
      appender.discard();
    }
    this.#rows = spans.length;
  }
}

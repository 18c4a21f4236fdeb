/** Bytes of a file's beginning that a format is recognised by. */
export const HEAD_BYTES = 65_536;

/** Rows that are handed over at once. */
export const CHUNK_ROWS = 10_000;

/** Characters of one line or record: a day of one-minute values has fewer than 40,000. */
export const MAX_RECORD_CHARS = 262_144;

/** Circuits in one file. */
export const MAX_SERIES = 1_000;

/** Rows of one file: five years of one reading each second, or 50 circuits every minute for five years. */
export const MAX_ROWS = 160_000_000;

/** Rows whose instants are remembered, to find those that come twice. Each takes 2 to 6 bytes. */
export const MAX_REMEMBERED = 40_000_000;

/** Characters of a name from a file. */
export const MAX_NAME_CHARS = 200;

/** Years that a reading can be of. Everything else is a clock that was not set, or another unit of time. */
export const PLAUSIBLE = { from: Date.UTC(1990, 0, 1), to: Date.UTC(2100, 0, 1) } as const;

/** Whether readings can be of this instant, in ms. */
export const isPlausible = (at: number): boolean => at >= PLAUSIBLE.from && at < PLAUSIBLE.to;

/** Largest energy of one interval, in Wh: beyond it a number is of another unit, or none. */
export const MAX_INTERVAL_WH = 1e10;

/** Largest register, in Wh. */
export const MAX_REGISTER_WH = 1e13;

/** Largest power, in W. */
export const MAX_POWER_W = 1e8;

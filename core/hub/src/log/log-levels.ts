import type { LogLevel } from "@vatio/plugin-api";

/** Levels from the least urgent on. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const satisfies readonly LogLevel[];

/** Rank of a level, as the table stores it: 0 debug, 1 info, 2 warn, 3 error. */
export const rankOf = (level: LogLevel): number => LOG_LEVELS.indexOf(level);

/** The level of a rank. */
export const levelOf = (rank: number): LogLevel => LOG_LEVELS[rank] ?? "error";

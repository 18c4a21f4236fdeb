import type { LogLevel, LogLine } from "../../../data/api.js";

/** Which lines are wanted. */
export interface LogFilter {
  /** This level and worse. */
  readonly level: LogLevel;
  readonly source?: string;
  /** Part of the message, without regard to case. */
  readonly text?: string;
  readonly from?: number;
  readonly to?: number;
}

/** From the least to the most serious. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Whether a line that comes live is one of those that were asked for; the same rules as the hub's own query. */
export function fits(line: LogLine, { level, source, text, from, to }: LogFilter): boolean {
  if (LOG_LEVELS.indexOf(line.level) < LOG_LEVELS.indexOf(level)) return false;
  if (source !== undefined && line.source !== source) return false;
  if (text !== undefined && !line.message.toLowerCase().includes(text.toLowerCase())) return false;
  return (from === undefined || line.at >= from) && (to === undefined || line.at < to);
}

const isSameLine = (a: LogLine, b: LogLine): boolean =>
  a.at === b.at && a.level === b.level && a.source === b.source && a.message === b.message;

/**
 * Lines, newest first, with newer ones put before them.
 * @param newer oldest first, as the stream brings them; those that are there already are left out
 */
export function withNewer(lines: readonly LogLine[], newer: readonly LogLine[], most: number): readonly LogLine[] {
  // A line that was loaded a moment ago may come once more by the stream: it can only be among the newest.
  const recent = lines.slice(0, 200);
  const fresh = newer.filter((line) => !recent.some((known) => isSameLine(known, line))).reverse();
  return fresh.length === 0 ? lines : [...fresh, ...lines].slice(0, most);
}

/** Lines as text, oldest first, for a letter to somebody who helps. */
export const asText = (lines: readonly LogLine[]): string =>
  [...lines]
    .reverse()
    .map(({ at, level, source, message, fields }) => {
      const more = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
      return `${new Date(at).toISOString()} ${level.padEnd(5)} ${source}: ${message}${more}`;
    })
    .join("\n");

import type { Brand } from "../brand.js";

/** Point in time: milliseconds since the Unix epoch, UTC. */
export type Instant = Brand<number, "Instant">;

/** Span of time in milliseconds. */
export type DurationMs = Brand<number, "DurationMs">;

/** Calendar day without a zone, ISO 8601 (`2026-03-29`). */
export type LocalDate = Brand<string, "LocalDate">;

/** Number of the 15-minute slot since the Unix epoch, UTC. */
export type SlotIndex = Brand<number, "SlotIndex">;

/** Half-open span of time: `from` is in, `to` is not. */
export interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

/** Length of an energy slot in milliseconds. Every real zone offset is a multiple of it. */
export const SLOT_MS = 900_000;

/** An instant from milliseconds since the Unix epoch. */
export const instant = (ms: number): Instant => ms as Instant;

/** An instant from ISO 8601 text with an offset or `Z`; NaN when the text is not a date. */
export const instantFromIso = (iso: string): Instant => Date.parse(iso) as Instant;

/** ISO 8601 text in UTC with milliseconds. */
export const toIso = (at: Instant): string => new Date(at).toISOString();

/** A span from milliseconds. */
export const milliseconds = (n: number): DurationMs => n as DurationMs;

/** A span from seconds. */
export const seconds = (n: number): DurationMs => (n * 1_000) as DurationMs;

/** A span from minutes. */
export const minutes = (n: number): DurationMs => (n * 60_000) as DurationMs;

/** A span from hours. */
export const hours = (n: number): DurationMs => (n * 3_600_000) as DurationMs;

/** A span of 24-hour days. Calendar days have 23, 24 or 25 hours: see `zone.ts`. */
export const days = (n: number): DurationMs => (n * 86_400_000) as DurationMs;

/** The instant that lies a span after another one. */
export const after = (at: Instant, span: DurationMs): Instant => (at + span) as Instant;

/** The instant that lies a span before another one. */
export const before = (at: Instant, span: DurationMs): Instant => (at - span) as Instant;

/** Slot that holds an instant. */
export const slotOf = (at: Instant): SlotIndex => Math.floor(at / SLOT_MS) as SlotIndex;

/** First instant of a slot. */
export const slotStart = (slot: SlotIndex): Instant => (slot * SLOT_MS) as Instant;

/** Day of an instant in UTC, as text without separators (`20260329`): the name of a hot table. */
export const utcDayKey = (at: Instant): string => new Date(at).toISOString().slice(0, 10).replaceAll("-", "");

const SPAN = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)$/;
const SPAN_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span from text such as `"250 ms"`, `"30 s"`, `"15 min"`, `"2 h"`, `"7 d"`; undefined when it is not one. */
export function parseDuration(text: string): DurationMs | undefined {
  const match = SPAN.exec(text.trim());
  const unit = SPAN_UNITS[match?.[2] ?? ""];
  return match && unit !== undefined ? ((Number(match[1]) * unit) as DurationMs) : undefined;
}

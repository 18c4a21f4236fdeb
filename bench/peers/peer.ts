import type { DataSet } from "./data-set.js";

/** What every engine is asked. */
export const QUESTIONS = {
  last: "newest value of a meter",
  day: "24 h in 1,000 points",
  dayAll: "24 h in 1,000 points, six metrics",
  dailyMonth: "daily kWh of a month",
  hourlyAll: "hourly kWh of everything there is",
} as const;

export type Question = keyof typeof QUESTIONS;

/** An engine beside which Vatio is measured. */
export interface Engine {
  readonly name: string;
  /** Takes the readings, and does what it does with them until it is at rest. */
  load(data: DataSet): Promise<void>;
  bytes(): Promise<number>;
  /** Resident memory in bytes, at present. */
  memory(): number;
  /** Answers one question about meter 0 in full; the number of values in its answer proves that it did. */
  ask(question: Question, data: DataSet): Promise<number>;
  stop(): Promise<void>;
}

/** How an engine is had. */
export interface EngineKind {
  readonly name: string;
  /** Why it cannot take part, and what to do; undefined when it can. */
  missing(): string | undefined;
  start(folder: string): Promise<Engine>;
}

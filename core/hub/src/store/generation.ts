import type { MetricName, PluginId, VatioError } from "@vatio/plugin-api";
import { type Deferred, deferred } from "../deferred.js";
import type { FrameSpan } from "./frame-ranges.js";
import { getOrMake } from "./get-or-make.js";
import type { LastTable } from "./last-values.js";
import { LateRows } from "./late-rows.js";
import { RowBuffer } from "./row-buffer.js";
import type { SqlValue } from "./types.js";

/** A row whose boot has no known begin. */
export interface HeldRowRecord {
  readonly device: string;
  readonly boot: string;
  readonly channel: number;
  /** Milliseconds since the boot. */
  readonly since: number;
  readonly arrival: number;
  readonly originCode: number;
  readonly values: Readonly<Record<MetricName, number>>;
}

/** A message for an inbox. */
export interface InboxRow {
  readonly id: number;
  readonly plugin: PluginId;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retained: boolean;
  readonly at: number;
  readonly client: string | undefined;
}

/** A statement that runs in the transaction of the rows, after them. */
export interface PendingStatement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** All that one group commit stores: it becomes durable as a whole, or not at all. */
export class Generation {
  /** By name of the table. */
  readonly tables = new Map<string, RowBuffer>();
  readonly channels = new Set<number>();
  readonly last: LastTable = new Map();
  readonly frames: FrameSpan[] = [];
  readonly held: HeldRowRecord[] = [];
  readonly inbox: InboxRow[] = [];
  readonly statements: PendingStatement[] = [];
  /** Late rows in it, which a query does not find yet. */
  readonly late = new LateRows();
  readonly #undo: (() => void)[] = [];
  readonly #done: Deferred<void> = deferred();
  /** Readings, held ones included. */
  rows = 0;
  /** Number of the last row or message in it. */
  lastArrival = 0;
  /** Somebody waits for it. */
  isTouched = false;

  constructor() {
    // Whoever waits gets the failure; when nobody does, it is counted by the store all the same.
    this.#done.promise.catch(() => undefined);
  }

  /** Settles after the durable commit. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** What the back-pressure looks at: readings and messages. */
  get size(): number {
    return this.rows + this.inbox.length;
  }

  get isEmpty(): boolean {
    return this.size === 0 && this.statements.length === 0 && this.frames.length === 0;
  }

  buffer(table: string): RowBuffer {
    return getOrMake(this.tables, table, () => new RowBuffer());
  }

  /** Registers what to take back when the commit fails. */
  onFailure(undo: () => void): void {
    this.#undo.push(undo);
  }

  succeed(): void {
    this.late.isCommitted = true;
    this.#done.resolve();
  }

  fail(error: VatioError): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#done.reject(error);
  }
}

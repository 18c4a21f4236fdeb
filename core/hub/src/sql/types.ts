/** What a statement asks with. */
export interface SqlRequest {
  readonly sql: string;
  /** Most rows of the answer. */
  readonly limit?: number;
}

/** A value of an answer: as JSON has it; instants as ISO 8601, what is no number in JSON as text. */
export type SqlCell = string | number | boolean | null;

/** Why an answer ends before it is complete. */
export type SqlCut = "rows" | "bytes";

/** An answer. */
export interface SqlAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly SqlCell[])[];
  /** Why it is not complete; absent when it is. */
  readonly cut?: SqlCut;
  /** Milliseconds that it took. */
  readonly ms: number;
}

/** What a statement may cost. */
export interface QueryLimits {
  readonly rows: number;
  /** Bytes of the answer, about. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly ms: number;
  /** Bytes by which the memory of the process may grow meanwhile. */
  readonly memory: number;
  /** Bytes that may be moved to the disk meanwhile. */
  readonly spill: number;
}

/** An answer that needs more than data: another status, headers, cookies or raw bytes. */
export class Reply<T = unknown> {
  readonly status: number;
  readonly data: T | undefined;
  readonly headers: readonly (readonly [string, string])[];
  /** Sent as it is, instead of `data` as JSON; its type goes into the header `content-type`. */
  readonly raw: Uint8Array | string | undefined;

  constructor(options: {
    readonly status?: number;
    readonly data?: T;
    readonly headers?: readonly (readonly [string, string])[];
    readonly raw?: Uint8Array | string;
  }) {
    this.status = options.status ?? 200;
    this.data = options.data;
    this.headers = options.headers ?? [];
    this.raw = options.raw;
  }
}

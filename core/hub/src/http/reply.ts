/** An answer that needs more than data: another status, headers, cookies, raw bytes, or a stream of them. */
export class Reply<T = unknown> {
  readonly status: number;
  readonly data: T | undefined;
  readonly headers: readonly (readonly [string, string])[];
  /** Sent as it is, instead of `data` as JSON; its type goes into the header `content-type`. */
  readonly raw: Uint8Array | string | undefined;
  /**
   * Sent as it comes, instead of everything else: at the pace of the reader, and cancelled when the reader goes away. Its type goes into the
   * header `content-type`.
   */
  readonly stream: ReadableStream<Uint8Array> | undefined;

  constructor(options: {
    readonly status?: number;
    readonly data?: T;
    readonly headers?: readonly (readonly [string, string])[];
    readonly raw?: Uint8Array | string;
    readonly stream?: ReadableStream<Uint8Array>;
  }) {
    this.status = options.status ?? 200;
    this.data = options.data;
    this.headers = options.headers ?? [];
    this.raw = options.raw;
    this.stream = options.stream;
  }
}

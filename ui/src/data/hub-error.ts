/** An error that the hub answered, or the failure to reach it (`E_HUB_UNREACHABLE`). The same shape as a `VatioError`. */
export class HubError extends Error {
  readonly code: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly details: unknown;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(
    code: string,
    message: string,
    options: {
      readonly retryable?: boolean;
      readonly details?: unknown;
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HubError";
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details;
    this.status = options.status ?? 0;
  }

  /** Any caught value as a `HubError`. */
  static from(error: unknown): HubError {
    if (error instanceof HubError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new HubError("E_INTERNAL", message, { cause: error });
  }
}

/** Whether a call was given up on purpose: nothing to tell anybody. */
export const isAborted = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

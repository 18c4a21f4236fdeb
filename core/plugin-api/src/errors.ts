/** Stable, documented code of an error: `E_NOUN_STATE`. */
export type ErrorCode = `E_${Uppercase<string>}`;

/** A `VatioError` as it crosses a boundary: HTTP, a worker, the audit table. */
export interface VatioErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: unknown;
}

/** What a `VatioError` carries beside its code and message. */
export interface VatioErrorOptions {
  /** What led to it. */
  readonly cause?: unknown;
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean;
  /** Structured-cloneable facts for a program: paths, limits, ids. */
  readonly details?: unknown;
}

const BRAND = Symbol.for("vatio.error");

/**
 * The only error that Vatio throws on purpose. The message says what happened and what to do next. Recognised by a brand,
 * never by `instanceof`: two copies of this package may be loaded.
 */
export class VatioError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: unknown;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, options: VatioErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "VatioError";
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details;
  }

  /** Whether a caught value is a `VatioError`, of this copy of the package or of another. */
  static is(error: unknown): error is VatioError {
    return typeof error === "object" && error !== null && BRAND in error;
  }

  /** The error in a form that can be sent. */
  toJSON(): VatioErrorJson {
    const base = { code: this.code, message: this.message, retryable: this.retryable };
    return this.details === undefined ? base : { ...base, details: this.details };
  }

  /** The error that was sent. */
  static fromJSON(json: VatioErrorJson): VatioError {
    return new VatioError(json.code, json.message, { retryable: json.retryable, details: json.details });
  }

  /** Any caught value as a `VatioError`: what is not one already becomes `E_INTERNAL` with the value as its cause. */
  static from(error: unknown): VatioError {
    if (VatioError.is(error)) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new VatioError("E_INTERNAL", message, { cause: error });
  }
}

/** The error of a service whose types exist but whose implementation comes with a later version. */
export const notAvailable = (service: string): VatioError =>
  new VatioError("E_NOT_AVAILABLE", `${service} is not available in this version of Vatio. Update the hub to use it.`, {
    details: { service },
  });

import { type ErrorCode, VatioError } from "@vatio/plugin-api";

/** Status of codes whose ending does not tell it. */
const STATUS: Readonly<Record<string, number>> = {
  E_AUTH_REQUIRED: 401,
  E_LOGIN_FAILED: 401,
  E_SESSION_REQUIRED: 403,
  E_PERMISSION: 403,
  E_CSRF_INVALID: 403,
  E_ORIGIN_REFUSED: 403,
  E_SETUP_CODE: 403,
  E_NOT_FOUND: 404,
  E_METHOD_UNKNOWN: 405,
  E_SETUP_DONE: 409,
  E_SETUP_NEEDED: 409,
  E_BODY_TOO_LARGE: 413,
  E_CONTENT_TYPE_INVALID: 415,
  E_PASSWORD_WEAK: 422,
  E_UPGRADE_REQUIRED: 426,
  E_RATE_LIMITED: 429,
  E_INTERNAL: 500,
  E_NOT_AVAILABLE: 501,
  E_OUTPUT_INVALID: 502,
  E_RESPONSE_INVALID: 502,
  E_PLUGIN_FAILED: 502,
  E_DISPOSED: 503,
  E_ABORTED: 503,
};

const BY_ENDING: readonly (readonly [ending: string, status: number])[] = [
  ["_UNKNOWN", 404],
  ["_NOT_FOUND", 404],
  ["_INVALID", 400],
  ["_CONFLICT", 409],
  ["_EXISTS", 409],
  ["_TIMEOUT", 504],
  ["_OFFLINE", 503],
  ["_BUSY", 503],
  ["_FULL", 503],
];

/**
 * HTTP status of an error code: the one place that maps them. A code that nobody listed is 503 when trying again may
 * help, and else 422: somebody understood the request and said no on purpose.
 */
export function statusOf({ code, retryable }: { readonly code: ErrorCode; readonly retryable: boolean }): number {
  const known = STATUS[code] ?? BY_ENDING.find(([ending]) => code.endsWith(ending))?.[1];
  return known ?? (retryable ? 503 : 422);
}

/** An error as it leaves the hub. */
export interface PublicError {
  readonly status: number;
  readonly code: ErrorCode;
  readonly body: string;
  readonly headers: readonly (readonly [string, string])[];
}

/**
 * Any caught value as it may leave the hub. What nobody threw on purpose keeps its message and stack to the log: the
 * answer names the request under which the log has them.
 */
export function publicError(error: unknown, requestId: string): PublicError {
  const { code, message, retryable, details } = deliberate(error) ?? unexpected(requestId);
  const status = statusOf({ code, retryable });
  return { status, code, body: errorJson({ code, message, retryable }, details), headers: headersOf(status, details) };
}

const deliberate = (error: unknown): VatioError | undefined =>
  VatioError.is(error) && error.code !== "E_INTERNAL" ? error : undefined;

const unexpected = (requestId: string): VatioError =>
  new VatioError(
    "E_INTERNAL",
    `Something went wrong inside the hub. The log has the details under request ${requestId}.`,
  );

/** Details come from many places; one that is no JSON must not turn an error into a crash. */
function errorJson(error: object, details: unknown): string {
  try {
    return JSON.stringify({ error: details === undefined ? error : { ...error, details } });
  } catch {
    return JSON.stringify({ error });
  }
}

function headersOf(status: number, details: unknown): [string, string][] {
  if (status === 401) return [["www-authenticate", "Bearer"]];
  const afterMs = (details as { readonly retryAfterMs?: unknown } | undefined)?.retryAfterMs;
  return (status === 429 || status === 503) && typeof afterMs === "number"
    ? [["retry-after", String(Math.ceil(afterMs / 1000))]]
    : [];
}

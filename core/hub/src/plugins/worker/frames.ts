import { type ErrorCode, type Static, Type, VatioError } from "@vatio/plugin-api";

// The messages between the hub and a worker, the same in both directions. `call` asks and is answered by `reply` or `error`; `abort` takes
// it back; `cast` tells. A stream is named by a number in arguments or results; its reader asks for each part with `pull`.

const id = Type.Integer({ minimum: 1 });
const closed = { additionalProperties: false } as const;

/** Where a message comes from: hops of the event, and the call, whose handler sent it. */
const origin = { hops: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })), cause: Type.Optional(id) };
const method = Type.String({ maxLength: 64 });

const WireErrorSchema = Type.Object(
  {
    code: Type.String({ pattern: "^E_[A-Z0-9_]+$", maxLength: 64 }),
    message: Type.String({ maxLength: 10_000 }),
    retryable: Type.Boolean(),
    details: Type.Optional(Type.Unknown()),
    stack: Type.Optional(Type.String({ maxLength: 20_000 })),
    /** It was not thrown on purpose: no VatioError. */
    fault: Type.Optional(Type.Boolean()),
  },
  closed,
);

/** An error as it crosses between threads. */
export type WireError = Static<typeof WireErrorSchema>;

/** A message from a worker, as the hub accepts it. */
export const FrameSchema = Type.Union([
  Type.Object({ kind: Type.Literal("call"), id, method, args: Type.Unknown(), ...origin }, closed),
  Type.Object({ kind: Type.Literal("cast"), method, args: Type.Unknown(), ...origin }, closed),
  Type.Object({ kind: Type.Literal("reply"), id, value: Type.Unknown() }, closed),
  Type.Object({ kind: Type.Literal("error"), id, error: WireErrorSchema }, closed),
  Type.Object({ kind: Type.Literal("abort"), id }, closed),
  Type.Object({ kind: Type.Literal("pull"), stream: id }, closed),
  Type.Object({ kind: Type.Literal("chunk"), stream: id, value: Type.Unknown() }, closed),
  Type.Object({ kind: Type.Literal("end"), stream: id, error: Type.Optional(WireErrorSchema) }, closed),
  Type.Object({ kind: Type.Literal("cancel"), stream: id }, closed),
]);

/** A message between the hub and a worker. */
export type Frame = Static<typeof FrameSchema>;

const LONGEST_MESSAGE = 5_000;
const LONGEST_STACK = 10_000;

/** An error in the form that crosses. */
export function toWireError(caught: unknown): WireError {
  const { code, message, retryable, details } = VatioError.from(caught);
  const base = { code, message: message.slice(0, LONGEST_MESSAGE), retryable };
  const told = details === undefined ? base : { ...base, details: plainDetails(details) };
  if (VatioError.is(caught)) return told;
  const stack = caught instanceof Error ? (caught.stack ?? "").slice(0, LONGEST_STACK) : "";
  return { ...told, stack, fault: true };
}

/** The error that crossed. A fault stays one: it must not pass for an error that was thrown on purpose. */
export function fromWireError({ code, message, retryable, details, stack, fault }: WireError): Error {
  if (fault !== true) return new VatioError(code as ErrorCode, message, { retryable, details });
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}

function plainDetails(details: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(details)) as unknown;
  } catch {
    return String(details);
  }
}

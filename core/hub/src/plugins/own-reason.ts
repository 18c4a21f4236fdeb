import { CORE_MESSAGES, type CoreMessageKey, fillMessage, type TextParams } from "@vatio/model";
import { type ErrorCode, type Text, text, VatioError } from "@vatio/plugin-api";

/** What the hub itself has to say of a plugin, as a key of its own catalogue. */
export type OwnReasonKey = Extract<CoreMessageKey, `plugin.why.${string}`>;

/** The same of a plugin that was set aside for it. */
const ASIDE = ".aside";
const MOST_PARAMS = 10;

const isOwnKey = (key: unknown): key is OwnReasonKey =>
  typeof key === "string" && key.startsWith("plugin.why.") && Object.hasOwn(CORE_MESSAGES.en, key);

const isParam = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";

/** What an error of the hub is made from, beside its code. */
interface OwnReason {
  readonly key: OwnReasonKey;
  readonly params?: TextParams;
  /** Facts for a program. */
  readonly details?: object;
  readonly cause?: unknown;
  /** For logs and programs, where the reason alone would not say which plugin it is about. */
  readonly message?: string;
}

/** An error whose reason a person reads in their own language. The words of others, such as what a module threw, are a parameter. */
export function explained(code: ErrorCode, { key, params, details, cause, message }: OwnReason): VatioError {
  const reason = text(key, params);
  return new VatioError(code, message ?? inEnglish(reason), { details: { ...details, reason }, cause });
}

/** The reason that an error of the hub carries. It may have crossed from a worker: its shape is not taken for granted. */
export function ownReason(error: unknown): Text | undefined {
  if (!VatioError.is(error)) return undefined;
  const { reason } = (error.details ?? {}) as { readonly reason?: Partial<Text> };
  if (!isOwnKey(reason?.key)) return undefined;
  const params = Object.entries(reason.params ?? {}).slice(0, MOST_PARAMS);
  return params.every(([, value]) => isParam(value)) ? text(reason.key, Object.fromEntries(params)) : undefined;
}

/** The reason of a plugin that was set aside after crashes; undefined when the error is not the hub's own. */
export function asideReason(error: unknown, count: number): Text | undefined {
  const own = ownReason(error);
  const key = own && `${own.key}${ASIDE}`;
  return isOwnKey(key) ? text(key, { ...own?.params, count }) : undefined;
}

/** The words of one of the hub's own texts, for a log or the message of an error. */
export const inEnglish = ({ key, params }: Text): string => fillMessage(CORE_MESSAGES.en[key] ?? key, params, "en");

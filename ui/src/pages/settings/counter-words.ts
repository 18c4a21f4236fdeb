import type { PlainKey } from "../../i18n/catalogue.js";
import { i18n } from "../../i18n/i18n.js";

const NAMES: Readonly<Record<string, PlainKey>> = {
  ignored: "counter.ignored",
  "event-dropped": "counter.eventDropped",
  "watch-dropped": "counter.eventDropped",
  "handler-failed": "counter.handlerFailed",
  "http-failed": "counter.httpFailed",
  "socket-failed": "counter.httpFailed",
  "rpc-failed": "counter.rpcFailed",
  unmatched: "counter.unmatched",
  "slow-call": "counter.slowCall",
  leaked: "counter.leaked",
  ended: "counter.ended",
  "mqtt-set-aside": "counter.setAside",
  accepted: "counter.accepted",
  background: "counter.background",
  "rows-kept-out": "counter.keptOut",
  lost: "counter.lost",
  unacknowledged: "counter.unacknowledged",
};

/** What the last word of a name tells, whatever it happened to. */
const ENDS: Readonly<Record<string, PlainKey>> = {
  rejected: "counter.rejected",
  dropped: "counter.dropped",
  retried: "counter.retried",
  retry: "counter.retried",
  refused: "counter.refused",
  failed: "counter.failed",
  closed: "counter.closed",
};

/** What a counter counts; its own name when nobody translated it. */
export function counterName(name: string): string {
  const key = NAMES[name] ?? ENDS[name.slice(name.lastIndexOf("-") + 1)];
  return key ? i18n.t(key) : name;
}

const REASONS: Readonly<Record<string, PlainKey>> = {
  "unknown-metric": "reason.unknownMetric",
  "out-of-range": "reason.outOfRange",
  "not-finite": "reason.notFinite",
  "bad-time": "reason.badTime",
  "unknown-channel": "reason.unknownChannel",
  "no-plugin": "reason.noPlugin",
  "retained-without-time": "reason.retained",
  "slow-client": "reason.slowClient",
  "mailbox-full": "reason.full",
  "queue-full": "reason.full",
  full: "reason.full",
  "too-many": "reason.tooMany",
  "address-rate": "reason.addressRate",
  duplicate: "reason.duplicate",
  "not-stored": "reason.notStored",
  offline: "reason.offline",
  "wrong-password": "reason.wrongPassword",
  "no-password": "reason.noPassword",
  "cut-off": "reason.cutOff",
};

/** Why it was counted. A reason is a message of many occasions, so what was particular to each is left open. */
export function counterReason(reason: string): string {
  const own = REASONS[reason.replace(/^rejected\./, "")];
  if (own) return i18n.t(own);
  const error = `error.${reason}`;
  const text = i18n.has(error) ? i18n.text({ key: error }) : i18n.text({ key: reason });
  return text.replaceAll(/\{\w+(?:\|[^{}]*)?\}/g, "…");
}

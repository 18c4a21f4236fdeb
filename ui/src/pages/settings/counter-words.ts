import type { PlainKey } from "../../i18n/catalogue.js";
import { i18n } from "../../i18n/i18n.js";

const NAMES: Readonly<Record<string, PlainKey>> = {
  rejected: "counter.rejected",
  "mqtt-rejected": "counter.rejected",
  "event-rejected": "counter.rejected",
  ignored: "counter.ignored",
  dropped: "counter.dropped",
  "mqtt-dropped": "counter.dropped",
  "session-queue-dropped": "counter.dropped",
  "log-dropped": "counter.dropped",
  "event-dropped": "counter.eventDropped",
  "watch-dropped": "counter.eventDropped",
  retried: "counter.retried",
  retry: "counter.retried",
  "mqtt-retry": "counter.retried",
  refused: "counter.refused",
  "net-refused": "counter.refused",
  "connection-refused": "counter.refused",
  "login-refused": "counter.refused",
  failed: "counter.failed",
  "call-failed": "counter.failed",
  "handler-failed": "counter.handlerFailed",
  "http-failed": "counter.httpFailed",
  "socket-failed": "counter.httpFailed",
  "rpc-failed": "counter.rpcFailed",
  closed: "counter.closed",
  unmatched: "counter.unmatched",
  "slow-call": "counter.slowCall",
  leaked: "counter.leaked",
  ended: "counter.ended",
  "mqtt-set-aside": "counter.setAside",
};

/** What a counter counts; its own name when nobody translated it. */
export function counterName(name: string): string {
  const key = NAMES[name];
  return key ? i18n.t(key) : name;
}

const REASONS: Readonly<Record<string, PlainKey>> = {
  "rejected.unknown-metric": "reason.unknownMetric",
  "rejected.out-of-range": "reason.outOfRange",
  "rejected.not-finite": "reason.notFinite",
  "rejected.bad-time": "reason.badTime",
  "rejected.unknown-channel": "reason.unknownChannel",
  "unknown-metric": "reason.unknownMetric",
  "out-of-range": "reason.outOfRange",
  "not-finite": "reason.notFinite",
  "bad-time": "reason.badTime",
  "unknown-channel": "reason.unknownChannel",
};

/** Why it was counted. A reason is a message of many occasions, so what was particular to each is left open. */
export function counterReason(reason: string): string {
  const own = REASONS[reason];
  if (own) return i18n.t(own);
  const error = `error.${reason}`;
  const text = i18n.has(error) ? i18n.text({ key: error }) : i18n.text({ key: reason });
  return text.replaceAll(/\{\w+(?:\|[^{}]*)?\}/g, "…");
}

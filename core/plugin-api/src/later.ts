import type { Instant, PointId, SiteId, Text, UserId } from "@vatio/model";
import type { Actor } from "./actor.js";

/** How urgent an alert is. */
export type Severity = "info" | "warning" | "critical";

/** One per rule or detector and point at a time. */
export interface Alert {
  readonly id: string;
  /** Rule or detector that raised it. */
  readonly kind: string;
  readonly point?: PointId;
  readonly severity: Severity;
  readonly title: Text;
  readonly body?: Text;
  readonly state: "open" | "acknowledged" | "snoozed" | "resolved";
  readonly since: Instant;
}

/** Alerts. Every method throws E_NOT_AVAILABLE until alerts exist. */
export interface Alerts {
  raise(alert: Pick<Alert, "kind" | "point" | "severity" | "title" | "body">): Promise<Alert>;
  resolve(kind: string, point?: PointId): Promise<void>;
  list(): Promise<readonly Alert[]>;
}

/** A finding with evidence and a suggested action. */
export interface Insight {
  readonly id: string;
  readonly kind: string;
  readonly point?: PointId;
  readonly title: Text;
  readonly body: Text;
  /** Decimal amount in the site's currency for each year. */
  readonly savingPerYear?: string;
}

/** Insights. Every method throws E_NOT_AVAILABLE until insights exist. */
export interface Insights {
  publish(insight: Omit<Insight, "id">): Promise<Insight>;
  withdraw(kind: string, point?: PointId): Promise<void>;
}

/** A message for people, whatever the channel. */
export interface Notification {
  readonly severity: Severity;
  readonly title: Text;
  readonly body?: Text;
  readonly site?: SiteId;
}

/** Channels to people. Every method throws E_NOT_AVAILABLE until notifications exist. */
export interface Notifications {
  send(to: UserId, notification: Notification): Promise<void>;
  provideChannel(
    name: string,
    deliver: (to: UserId, notification: Notification, signal: AbortSignal) => Promise<void>,
  ): Disposable;
}

/** A person as a plugin may see one. */
export interface Person {
  readonly id: UserId;
  readonly name: string;
  readonly language: "es" | "en";
}

/** People. Every method throws E_NOT_AVAILABLE until more than the one admin exist. */
export interface People {
  get(id: UserId): Promise<Person | undefined>;
  list(): Promise<readonly Person[]>;
}

/** One line of the audit log. */
export interface AuditEntry {
  readonly at: Instant;
  readonly actor: Actor;
  readonly what: string;
  readonly resource: string;
  readonly outcome: "ok" | "refused" | "failed";
  readonly details?: unknown;
}

/** What was done by whom. */
export interface Audit {
  record(what: string, resource: string, details?: unknown): Promise<void>;
}

import { type Static, Type } from "@vatio/plugin-api";
import { LogLevelDto, TextDto } from "./common.js";
import { at, closed, literals } from "./parts.js";

/** A line of the system log. */
export const LogLineDto = Type.Object({
  at,
  level: LogLevelDto,
  source: Type.String(),
  message: Type.String(),
  fields: Type.Optional(Type.Unknown()),
});
export type LogLineDto = Static<typeof LogLineDto>;

/** What is logged: this level and worse. */
export const LogLevelBody = Type.Object({ level: LogLevelDto }, closed);
export type LogLevelBody = Static<typeof LogLevelBody>;

/** A node of the health tree. */
export const HealthDto = Type.Cyclic(
  {
    Health: Type.Object({
      name: Type.String(),
      status: literals(["ok", "degraded", "failed"]),
      why: TextDto,
      children: Type.Array(Type.Ref("Health")),
    }),
  },
  "Health",
);
export type HealthDto = Static<typeof HealthDto>;

/** How often something happened, and why. */
export const CounterDto = Type.Object({
  scope: Type.String(),
  name: Type.String(),
  reason: Type.String(),
  count: Type.Number(),
});
export type CounterDto = Static<typeof CounterDto>;

/** State of the hub. */
export const SystemDto = Type.Object({
  version: Type.String(),
  node: Type.String(),
  platform: Type.String(),
  startedAt: at,
  now: at,
  memory: Type.Object({ rssBytes: Type.Number(), heapBytes: Type.Number() }),
  store: Type.Object({
    rows: Type.Number(),
    bytesOnDisk: Type.Number(),
    freeBytes: Type.Number(),
    pendingRows: Type.Number(),
    daysLeft: Type.Optional(Type.Number()),
    blocked: Type.Optional(TextDto),
    repairs: Type.Array(Type.String()),
  }),
  mqtt: Type.Object({
    kind: literals(["embedded", "external"]),
    connected: Type.Boolean(),
    clients: Type.Integer(),
    why: Type.Optional(TextDto),
  }),
  live: Type.Object({ connections: Type.Integer() }),
  counters: Type.Array(CounterDto),
});
export type SystemDto = Static<typeof SystemDto>;

/** Settings by key. */
export const SettingsDto = Type.Record(Type.String(), Type.Unknown(), {
  description: "Every setting that a person changed, by key",
});
export type SettingsDto = Static<typeof SettingsDto>;

/** What became of an imported document, by section. */
export const ImportReportDto = Type.Record(
  Type.String(),
  Type.Object({
    applied: Type.Integer({ description: "Entries that were taken over" }),
    skipped: Type.Array(Type.String(), { description: "Entries that this hub does not know" }),
  }),
  { description: "What was taken over, by section of the document" },
);
export type ImportReportDto = Static<typeof ImportReportDto>;

/** Words of the hub and its plugins in one language. */
export const MessagesDto = Type.Record(Type.String(), Type.String(), { description: "Message texts by key" });
export type MessagesDto = Static<typeof MessagesDto>;

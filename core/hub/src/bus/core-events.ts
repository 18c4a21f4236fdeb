import { type EventDeclaration, type EventType, Type } from "@vatio/plugin-api";

const id = Type.String({ minLength: 1, maxLength: 512 });
const text = Type.Object({
  key: Type.String({ maxLength: 200 }),
  params: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
});
const device = Type.Object({ device: id });

/** Name spaces of the hub: a plugin publishes below its own id only. */
export const CORE_NAMESPACES: readonly string[] = [
  "device",
  "point",
  "site",
  "telemetry",
  "energy",
  "plugin",
  "hub",
  "settings",
  "backfill",
];

/** The events of the hub itself, with their schemas and what is retained of them. */
export const CORE_EVENTS: Readonly<Record<string, EventDeclaration>> = {
  "device.added": { payload: device },
  "device.changed": { payload: device },
  "device.accepted": { payload: device },
  "device.removed": { payload: device },
  "device.availability": {
    payload: Type.Object({ device: id, online: Type.Boolean(), reason: Type.Optional(text) }),
    retainBy: "device",
  },
  "point.changed": { payload: Type.Object({ point: id }) },
  "telemetry.updated": { payload: Type.Object({ channels: Type.Array(id) }) },
  "energy.updated": { payload: Type.Object({ channels: Type.Array(id) }) },
  "energy.counter-event": {
    payload: Type.Object({
      id: Type.String({ maxLength: 600 }),
      channel: id,
      point: Type.Optional(id),
      direction: Type.Enum(["import", "export"]),
      at: Type.Number(),
      reason: Type.Enum(["reset", "rollover", "glitch", "rebase", "rounding", "jump", "gap"]),
      before: Type.Number(),
      after: Type.Number(),
      wh: Type.Number(),
      since: Type.Optional(Type.Number()),
    }),
  },
  "plugin.state": {
    payload: Type.Object({ plugin: id, from: Type.String(), to: Type.String(), reason: Type.Optional(text) }),
    retainBy: "plugin",
  },
  "hub.health": { payload: Type.Object({ status: Type.Enum(["ok", "degraded", "failed"]) }) },
  "backfill.progress": {
    payload: Type.Object({
      device: id,
      state: Type.Enum(["running", "queued", "waiting", "paused", "done"]),
      doneMinutes: Type.Integer(),
      totalMinutes: Type.Integer(),
    }),
  },
  "settings.changed": { payload: Type.Object({ key: Type.String() }) },
} satisfies Partial<Record<EventType, EventDeclaration>>;

import { type EventDeclaration, type EventType, Type } from "@vatio/plugin-api";

const id = Type.String({ minLength: 1, maxLength: 512 });
const text = Type.Object({
  key: Type.String({ maxLength: 200 }),
  params: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
});
const device = Type.Object({ device: id });

/** Name spaces of the hub: a plugin publishes below its own id only. */
export const CORE_NAMESPACES: readonly string[] = ["device", "point", "site", "telemetry", "plugin", "hub", "settings"];

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
  "plugin.state": {
    payload: Type.Object({ plugin: id, from: Type.String(), to: Type.String(), reason: Type.Optional(text) }),
    retainBy: "plugin",
  },
  "hub.health": { payload: Type.Object({ status: Type.Enum(["ok", "degraded", "failed"]) }) },
  "settings.changed": { payload: Type.Object({ key: Type.String() }) },
} satisfies Partial<Record<EventType, EventDeclaration>>;

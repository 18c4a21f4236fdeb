import { type Static, Type } from "@vatio/plugin-api";
import { TextDto } from "./common.js";
import { at, closed, id, literals } from "./parts.js";
import { PointRoleDto } from "./places.js";

/** A measured circuit or switch of a device. */
export const ChannelDto = Type.Object({
  id,
  device: id,
  key: Type.String(),
  kind: literals(["meter", "switch", "motor", "sensor"]),
  metrics: Type.Array(Type.String()),
  switchable: Type.Boolean(),
  phase: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)])),
  point: Type.Optional(id),
});
export type ChannelDto = Static<typeof ChannelDto>;

/** A device with its channels. */
export const DeviceDto = Type.Object({
  id,
  driver: Type.String(),
  hardwareId: Type.String(),
  name: Type.String(),
  model: Type.Optional(Type.String()),
  firmware: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  state: literals(["pending", "active", "inactive", "blocked"]),
  online: Type.Boolean(),
  offlineReason: Type.Optional(TextDto),
  addedAt: at,
  seenAt: at,
  channels: Type.Array(ChannelDto),
});
export type DeviceDto = Static<typeof DeviceDto>;

/** A message of a device as it came. */
export const RawMessageDto = Type.Object({
  at,
  topic: Type.String(),
  payload: Type.String(),
  bytes: Type.Integer(),
  rejected: Type.Optional(TextDto),
});
export type RawMessageDto = Static<typeof RawMessageDto>;

/** How a pending device is accepted. */
export const AcceptBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    site: Type.Optional(id),
    channels: Type.Optional(
      Type.Array(
        Type.Object(
          {
            key: Type.String({ maxLength: 200 }),
            name: Type.String({ minLength: 1, maxLength: 100 }),
            role: PointRoleDto,
            parent: Type.Optional(id),
          },
          closed,
        ),
        { maxItems: 64 },
      ),
    ),
  },
  closed,
);
export type AcceptBody = Static<typeof AcceptBody>;

/** A new name. */
export const RenameBody = Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) }, closed);
export type RenameBody = Static<typeof RenameBody>;

/** What a person types into a device. */
export const DeviceSetupDto = Type.Object({
  hosts: Type.Array(Type.String(), { description: "Addresses of this machine that a device can reach" }),
  port: Type.Integer(),
  tlsPort: Type.Optional(Type.Integer()),
  username: Type.String(),
  password: Type.String(),
  external: Type.Boolean({ description: "Devices connect to an external broker, with credentials of that broker" }),
  families: Type.Array(
    Type.Object({
      plugin: Type.String(),
      title: TextDto,
      steps: Type.Array(TextDto),
      prefix: Type.Optional(Type.String()),
    }),
  ),
});
export type DeviceSetupDto = Static<typeof DeviceSetupDto>;

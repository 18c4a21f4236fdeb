import { type Static, Type } from "@vatio/plugin-api";
import { at, closed, id, literals } from "./parts.js";

/** A machine token without its secret. */
export const TokenDto = Type.Object({
  id,
  name: Type.String(),
  scope: literals(["ingest", "metrics", "read", "control"]),
  createdAt: at,
  lastUsedAt: Type.Optional(at),
});
export type TokenDto = Static<typeof TokenDto>;

/** A new machine token. */
export const TokenBody = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 100 }), scope: literals(["ingest", "metrics", "read", "control"]) },
  closed,
);
export type TokenBody = Static<typeof TokenBody>;

/** A new machine token with its secret. */
export const CreatedTokenDto = Type.Object({ token: TokenDto, secret: Type.String({ description: "Shown once" }) });
export type CreatedTokenDto = Static<typeof CreatedTokenDto>;

/** An MQTT credential without its password. */
export const CredentialDto = Type.Object({
  id,
  kind: literals(["device", "integration", "onboarding"]),
  username: Type.String(),
  device: Type.Optional(id),
  publish: Type.Array(Type.String()),
  subscribe: Type.Array(Type.String()),
  createdAt: at,
  lastUsedAt: Type.Optional(at),
});
export type CredentialDto = Static<typeof CredentialDto>;

/** A new MQTT credential: of a device, or of an integration with its filters. */
export const CredentialBody = Type.Object(
  {
    kind: literals(["device", "integration"]),
    device: Type.Optional(id),
    wireId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: "The device's topic prefix; found out when left out" }),
    ),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    publish: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 32 })),
    subscribe: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 32 })),
  },
  closed,
);
export type CredentialBody = Static<typeof CredentialBody>;

/** A new MQTT credential with its password. */
export const CreatedCredentialDto = Type.Object({
  credential: CredentialDto,
  password: Type.String({ description: "Shown once" }),
});
export type CreatedCredentialDto = Static<typeof CreatedCredentialDto>;

/** Somebody whom the embedded broker did not let in: often a device with a mistyped password. */
export const RefusalDto = Type.Object({
  address: Type.String({ description: "Where the connection came from" }),
  username: Type.String({ description: "User name that was tried; empty for none" }),
  clientId: Type.String(),
  reason: literals(["no-password", "wrong-password", "cut-off"]),
  at: Type.Number({ description: "The last time, in milliseconds since the Unix epoch, UTC" }),
  times: Type.Integer({ description: "How often, since the hub started" }),
});
export type RefusalDto = Static<typeof RefusalDto>;

/** A line of the audit log. */
export const AuditDto = Type.Object({
  at,
  actor: Type.Object({ kind: Type.String(), id: Type.String(), via: Type.Optional(Type.String()) }),
  what: Type.String(),
  resource: Type.String(),
  outcome: literals(["ok", "refused", "failed"]),
  details: Type.Optional(Type.Unknown()),
});
export type AuditDto = Static<typeof AuditDto>;

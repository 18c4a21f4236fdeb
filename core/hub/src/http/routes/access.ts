import { type DeviceId, type Instant, type Static, Type } from "@vatio/plugin-api";
import { inputInvalid } from "../../bad-paths.js";
import type { CreatedCredential } from "../../mqtt/mqtt-credentials.js";
import { defineRoute, type Route } from "../define-route.js";
import {
  AuditDto,
  CreatedCredentialDto,
  CreatedTokenDto,
  CredentialBody,
  CredentialDto,
  RefusalDto,
  TokenBody,
  TokenDto,
} from "../dto.js";
import type { RouteContext } from "../route-context.js";
import { credentialDto } from "../to-dto.js";
import { withoutUndefined } from "../without-undefined.js";
import { IdParams, instantParam } from "./params.js";

const tokenRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/tokens",
    tag: "Access",
    summary: "API tokens, without their secrets",
    action: "administer",
    response: Type.Array(TokenDto),
    handler: (_input, hub) => hub.accounts.tokens().map((token) => ({ ...token })),
  }),
  defineRoute({
    method: "POST",
    path: "/tokens",
    tag: "Access",
    summary: "Create an API token; its secret is shown once",
    action: "administer",
    audit: "token.create",
    body: TokenBody,
    response: CreatedTokenDto,
    handler: async ({ body }, hub) => {
      const { token, secret } = await hub.accounts.createToken(body.name, body.scope);
      return { token: { ...token }, secret };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/tokens/{id}",
    tag: "Access",
    summary: "Revoke an API token",
    action: "administer",
    audit: "token.revoke",
    params: IdParams,
    errors: ["E_TOKEN_UNKNOWN"],
    handler: ({ params }, hub) => hub.accounts.revokeToken(params.id),
  }),
];

const credentialRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/mqtt/credentials",
    tag: "Access",
    summary: "Who may connect to the embedded broker",
    action: "administer",
    response: Type.Array(CredentialDto),
    handler: (_input, hub) => hub.mqttCredentials.list().map(credentialDto),
  }),
  defineRoute({
    method: "POST",
    path: "/mqtt/credentials",
    tag: "Access",
    summary: "Create a credential for a device or an integration; its password is shown once",
    action: "administer",
    audit: "mqtt.credential.create",
    body: CredentialBody,
    response: CreatedCredentialDto,
    errors: ["E_CREDENTIAL_INVALID", "E_CREDENTIAL_CONFLICT", "E_DEVICE_UNKNOWN"],
    handler: async ({ body }, hub) => createdCredential(await createCredential(body, hub)),
  }),
  defineRoute({
    method: "POST",
    path: "/mqtt/credentials/{id}/password",
    tag: "Access",
    summary: "Give a credential a new password, which is shown once, and end its connections",
    action: "administer",
    audit: "mqtt.credential.password",
    params: IdParams,
    response: CreatedCredentialDto,
    errors: ["E_CREDENTIAL_UNKNOWN"],
    handler: async ({ params }, hub) => createdCredential(await hub.mqttCredentials.resetPassword(params.id)),
  }),
  defineRoute({
    method: "DELETE",
    path: "/mqtt/credentials/{id}",
    tag: "Access",
    summary: "Revoke a credential and end its connections",
    action: "administer",
    audit: "mqtt.credential.revoke",
    params: IdParams,
    errors: ["E_CREDENTIAL_UNKNOWN", "E_CREDENTIAL_INVALID"],
    handler: ({ params }, hub) => hub.mqttCredentials.remove(params.id),
  }),
  defineRoute({
    method: "GET",
    path: "/mqtt/refusals",
    tag: "Access",
    summary: "Who tried to connect to the embedded broker lately and was refused, newest first",
    description: "One entry for each address and user name, since the hub started. For whoever sets devices up.",
    action: "manage",
    response: Type.Array(RefusalDto),
    handler: (_input, hub) => hub.mqttRefusals().map((refusal) => ({ ...refusal })),
  }),
];

const AuditQuery = Type.Object(
  {
    before: Type.Optional(instantParam),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
);

const auditRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/audit",
    tag: "Access",
    summary: "Who did what, newest first",
    action: "administer",
    query: AuditQuery,
    response: Type.Array(AuditDto),
    handler: async ({ query }, hub) => {
      const entries = await hub.audit.query(
        withoutUndefined({ before: query.before as Instant | undefined, limit: query.limit ?? 100 }),
      );
      return entries.map((entry) => ({ ...entry, actor: { ...entry.actor } }));
    },
  }),
];

/** Machine tokens, MQTT credentials and the audit log. */
export const accessRoutes: readonly Route[] = [...tokenRoutes, ...credentialRoutes, ...auditRoutes];

const createdCredential = ({ credential, password }: CreatedCredential) => ({
  credential: credentialDto(credential),
  password,
});

function createCredential(
  body: Static<typeof CredentialBody>,
  { mqttCredentials }: RouteContext,
): Promise<CreatedCredential> {
  const { kind, device, wireId, username, publish = [], subscribe = [] } = body;
  if (kind === "device") {
    if (device === undefined)
      throw inputInvalid("The request", [{ path: "/body/device", problem: "is required for a device" }]);
    return mqttCredentials.createDevice(withoutUndefined({ device: device as DeviceId, wireId, username }));
  }
  if (username === undefined)
    throw inputInvalid("The request", [{ path: "/body/username", problem: "is required for an integration" }]);
  return mqttCredentials.createIntegration({ username, publish, subscribe });
}

import { Type } from "@vatio/plugin-api";

const closed = { additionalProperties: false } as const;
const name = Type.String({ pattern: "^[a-z][a-z0-9-]*$", maxLength: 64 });
const text = Type.Object(
  {
    key: Type.String({ minLength: 1, maxLength: 200 }),
    params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  closed,
);
const jsonSchema = Type.Record(Type.String(), Type.Unknown());
const element = Type.String({ pattern: "^[a-z][a-z0-9]*(-[a-z0-9]+)+$", maxLength: 100 });
const filters = Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { maxItems: 64 });
const messages = Type.Record(Type.String(), Type.String());

const PLAIN = "http|ui|net\\.lan|net\\.internet|telemetry\\.read|telemetry\\.write|people\\.act";
const SCOPED = "net\\.host|mqtt\\.subscribe|mqtt\\.publish|events\\.publish|commands\\.call|secrets";

const metric = Type.Object(
  {
    unit: Type.String({ maxLength: 20 }),
    kind: Type.Enum(["gauge", "counter", "state"]),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })),
  },
  closed,
);

const event = Type.Object({ payload: jsonSchema, retainBy: Type.Optional(Type.String()) }, closed);

const command = Type.Object(
  {
    input: jsonSchema,
    output: jsonSchema,
    action: Type.Enum(["read", "control", "manage", "administer"]),
    routeBy: Type.Optional(Type.Enum(["channel", "device"])),
  },
  closed,
);

const panel = Type.Object(
  { id: name, element, title: text, icon: Type.Optional(Type.String({ maxLength: 64 })) },
  closed,
);

const card = Type.Object({ type: name, element, title: text, config: Type.Optional(jsonSchema) }, closed);

const ui = Type.Object(
  {
    module: Type.String({ minLength: 1, maxLength: 512 }),
    api: Type.Literal(1),
    panels: Type.Optional(Type.Array(panel, { maxItems: 32 })),
    cards: Type.Optional(Type.Array(card, { maxItems: 32 })),
  },
  closed,
);

/** The shape of a manifest, whoever wrote it. */
export const ManifestSchema = Type.Object(
  {
    id: Type.String({ pattern: "^[a-z][a-z0-9-]*$", maxLength: 63 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    version: Type.String({ minLength: 1, maxLength: 100 }),
    description: Type.Optional(text),
    hub: Type.String({ pattern: "^\\^\\d+\\.\\d+(\\.\\d+)?$" }),
    config: Type.Object({
      type: Type.Literal("object"),
      properties: Type.Optional(Type.Record(Type.String(), jsonSchema)),
    }),
    configVersion: Type.Integer({ minimum: 1 }),
    permissions: Type.Array(Type.String({ pattern: `^(${PLAIN}|(${SCOPED}):.{1,512})$` }), { maxItems: 200 }),
    isolation: Type.Optional(Type.Enum(["inline", "worker"])),
    required: Type.Optional(Type.Boolean()),
    metrics: Type.Optional(Type.Record(Type.String(), metric)),
    events: Type.Optional(Type.Record(Type.String(), event)),
    commands: Type.Optional(Type.Record(Type.String(), command)),
    mqtt: Type.Optional(
      Type.Object({ deviceTopics: Type.Object({ publish: filters, subscribe: filters }, closed) }, closed),
    ),
    http: Type.Optional(Type.Object({ aliases: Type.Array(Type.String(), { maxItems: 32 }) }, closed)),
    deviceSetup: Type.Optional(
      Type.Array(Type.Object({ title: text, steps: Type.Array(text), prefix: Type.Optional(Type.String()) }, closed)),
    ),
    messages: Type.Optional(Type.Object({ en: messages, es: messages }, closed)),
    ui: Type.Optional(ui),
  },
  closed,
);

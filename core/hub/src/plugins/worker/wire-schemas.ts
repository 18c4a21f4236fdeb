import { Type } from "@vatio/plugin-api";

// What arguments from a worker look like. Every value that a worker sends to the hub is checked against one of these.

/** Number by which both sides know a subscription, a timer, a socket or an actor. The worker chooses it. */
export const handle = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** Services of an actor: the handle that `as` was called with; the plugin's own when left out. */
export const as = Type.Optional(handle);

export const id = Type.String({ minLength: 1, maxLength: 512 });
export const key = Type.String({ maxLength: 10_000 });
export const bytes = Type.Refine(Type.Unsafe<Uint8Array>({}), (value) => value instanceof Uint8Array);
export const column = Type.Refine(Type.Unsafe<Float64Array>({}), (value) => value instanceof Float64Array);
export const instant = Type.Number();
export const anything = Type.Unknown();

/** Arguments as an object that holds these and nothing else. */
export const closed = { additionalProperties: false } as const;

export const text = Type.Object(
  {
    key: Type.String({ minLength: 1, maxLength: 200 }),
    params: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String({ maxLength: 2_000 }), Type.Number()]), { maxProperties: 50 }),
    ),
  },
  closed,
);

export const batch = Type.Object(
  {
    channel: id,
    origin: Type.Enum(["live", "replay", "import"]),
    at: column,
    timebase: Type.Optional(Type.Enum(["utc", "since-boot"])),
    columns: Type.Record(Type.String({ maxLength: 63 }), column, { maxProperties: 256 }),
  },
  closed,
);

export const frame = Type.Object({ device: id, boot: Type.String({ maxLength: 200 }), from: Type.Number() }, closed);

export const range = Type.Object({ from: instant, to: instant }, closed);

export const actor = Type.Object(
  {
    kind: Type.Enum(["user", "token", "plugin", "rule", "device", "hub", "anonymous"]),
    id: Type.String({ maxLength: 512 }),
    via: Type.Optional(id),
  },
  closed,
);

export const message = Type.Object(
  {
    topic: Type.String({ maxLength: 65_535 }),
    payload: bytes,
    qos: Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)]),
    retained: Type.Boolean(),
    at: instant,
    client: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  closed,
);

export const device = Type.Object(
  {
    hardwareId: Type.String({ maxLength: 512 }),
    model: Type.Optional(Type.String({ maxLength: 200 })),
    firmware: Type.Optional(Type.String({ maxLength: 200 })),
    suggestedName: Type.Optional(Type.String({ maxLength: 200 })),
    address: Type.Optional(Type.String({ maxLength: 512 })),
    channels: Type.Array(
      Type.Object(
        {
          key: Type.String({ maxLength: 200 }),
          kind: Type.Enum(["meter", "switch", "motor", "sensor"]),
          metrics: Type.Array(Type.String({ maxLength: 63 }), { maxItems: 256 }),
          switchable: Type.Optional(Type.Boolean()),
          phase: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)])),
        },
        closed,
      ),
      { maxItems: 256 },
    ),
  },
  closed,
);

/** Options of a mount. */
export const mountOptions = Type.Object(
  { action: Type.Optional(Type.Enum(["read", "control", "manage", "administer", "public"])) },
  closed,
);

import { type Static, Type } from "@vatio/plugin-api";
import { LogLevelDto } from "./common.js";
import { at, closed, id } from "./parts.js";
import { LogLineDto } from "./system.js";
import { column, LastDto } from "./telemetry.js";

/** What a client may send: which targets it wants readings of (at most 500), and with which detail. */
export const LiveClientFrame = Type.Union([
  Type.Object(
    {
      type: Type.Literal("subscribe"),
      id: Type.Integer(),
      targets: Type.Optional(Type.Array(id, { maxItems: 500 })),
      events: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 50 })),
      logs: Type.Optional(LogLevelDto),
    },
    closed,
  ),
  Type.Object({ type: Type.Literal("unsubscribe"), id: Type.Integer() }, closed),
  Type.Object({ type: Type.Literal("ping") }, closed),
]);
export type LiveClientFrame = Static<typeof LiveClientFrame>;

/** What the hub sends. `seq` rises by one in each connection; a snapshot names the sequence at which it was true. */
export const LiveServerFrame = Type.Union([
  Type.Object({ type: Type.Literal("hello"), seq: Type.Integer(), now: at, version: Type.String() }),
  Type.Object({ type: Type.Literal("snapshot"), id: Type.Integer(), seq: Type.Integer(), now: at, last: LastDto }),
  Type.Object({
    type: Type.Literal("readings"),
    seq: Type.Integer(),
    target: id,
    at: Type.Array(Type.Number()),
    columns: Type.Record(Type.String(), column),
    provisional: Type.Boolean(),
  }),
  Type.Object({
    type: Type.Literal("event"),
    seq: Type.Integer(),
    event: Type.Object({ type: Type.String(), payload: Type.Unknown(), at, source: Type.String() }),
  }),
  Type.Object({ type: Type.Literal("log"), seq: Type.Integer(), line: LogLineDto }),
  Type.Object({ type: Type.Literal("lagged"), seq: Type.Integer(), dropped: Type.Integer(), ms: Type.Number() }),
  Type.Object({
    type: Type.Literal("error"),
    seq: Type.Integer(),
    id: Type.Optional(Type.Integer()),
    error: Type.Object({ code: Type.String(), message: Type.String(), details: Type.Optional(Type.Unknown()) }),
  }),
  Type.Object({ type: Type.Literal("pong"), seq: Type.Integer(), now: at }),
]);
export type LiveServerFrame = Static<typeof LiveServerFrame>;

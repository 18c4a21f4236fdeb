import { type DurationMs, type Json, Type } from "@vatio/plugin-api";
import { runAsHub } from "../../attribution.js";
import { Transfer } from "../link.js";
import { buffersOf, ownBytes } from "../packing.js";
import { anything, bytes, closed, handle, key, text } from "../wire-schemas.js";
import { method } from "./method.js";

const version = Type.Integer({ minimum: 0 });
const path = Type.String({ maxLength: 1_000 });

/** What a plugin does with itself: log, health, timers, documents, files, secrets. */
export const OWN_METHODS = {
  log: method(
    Type.Object(
      {
        level: Type.Enum(["debug", "info", "warn", "error"]),
        message: Type.String({ maxLength: 20_000 }),
        fields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      },
      closed,
    ),
    ({ context }, { level, message, fields }) => context.log[level](message, fields),
  ),
  health: method(Type.Object({ why: Type.Optional(text) }, closed), ({ context }, { why }) =>
    why === undefined ? context.health.ok() : context.health.degraded(why),
  ),
  count: method(
    Type.Object({ name: Type.String(), reason: Type.String(), by: Type.Optional(Type.Number()) }, closed),
    ({ context }, { name, reason, by }) => context.counters.add(name, reason, by),
  ),
  /** A job or an event handler threw in the worker. */
  fault: method(
    Type.Object(
      {
        where: Type.String({ maxLength: 100 }),
        message: Type.String({ maxLength: 10_000 }),
        stack: Type.Optional(Type.String({ maxLength: 20_000 })),
      },
      closed,
    ),
    ({ scope }, { where, message, stack }) => {
      const error = new Error(message);
      if (stack !== undefined) error.stack = stack;
      scope.failed(error, where);
    },
  ),
  dispose: method(Type.Object({ handle }, closed), (session, args) => session.close(args.handle)),
  "timer.set": method(Type.Object({ handle, delay: Type.Number() }, closed), (session, args) =>
    session.open(args.handle, () => {
      const { clock } = session.scope.services;
      return runAsHub(() =>
        clock.timer(Math.max(0, args.delay) as DurationMs, () => {
          session.forget(args.handle);
          session.link.cast("timer.fired", { handle: args.handle });
        }),
      );
    }),
  ),
  "kv.get": method(Type.Object({ key }, closed), ({ context }, args) => context.kv.get(args.key)),
  "kv.set": method(Type.Object({ key, value: anything }, closed), ({ context }, args) =>
    context.kv.set(args.key, args.value as Json),
  ),
  "kv.compareAndSet": method(Type.Object({ key, version, value: anything }, closed), ({ context }, args) =>
    context.kv.compareAndSet(args.key, args.version, args.value as Json),
  ),
  "kv.delete": method(Type.Object({ key }, closed), ({ context }, args) => context.kv.delete(args.key)),
  "kv.list": method(Type.Object({ prefix: key }, closed), ({ context }, args) => context.kv.list(args.prefix)),
  "files.read": method(Type.Object({ path }, closed), async ({ context }, args) => {
    const found = await context.files.read(args.path);
    if (found === undefined) return undefined;
    const own = ownBytes(found);
    return new Transfer(own, buffersOf([own]));
  }),
  "files.write": method(Type.Object({ path, data: bytes }, closed), ({ context }, args) =>
    context.files.write(args.path, args.data),
  ),
  "files.delete": method(Type.Object({ path }, closed), ({ context }, args) => context.files.delete(args.path)),
  "files.list": method(Type.Object({ folder: Type.Optional(path) }, closed), ({ context }, args) =>
    context.files.list(args.folder),
  ),
  "secrets.get": method(Type.Object({ name: Type.String({ maxLength: 200 }) }, closed), ({ context }, args) =>
    context.secrets.get(args.name),
  ),
  "audit.record": method(
    Type.Object({ what: Type.String({ maxLength: 200 }), resource: key, details: Type.Optional(anything) }, closed),
    ({ context }, args) => context.audit.record(args.what, args.resource, args.details),
  ),
} as const;

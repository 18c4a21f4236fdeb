import type {
  Batch,
  ChannelId,
  CommandCall,
  DeviceId,
  DurationMs,
  EventPattern,
  Frame,
  Instant,
  PointId,
  Range,
  VatioEvent,
} from "@vatio/plugin-api";
import { Type } from "@vatio/plugin-api";
import { messageInHand } from "../../message-in-hand.js";
import { buffersOf, ownBytes } from "../packing.js";
import { anything, as, batch, bytes, closed, frame, handle, id, instant, range } from "../wire-schemas.js";
import { method } from "./method.js";

const topic = Type.String({ minLength: 1, maxLength: 65_535 });
const name = Type.String({ minLength: 1, maxLength: 200 });
const targets = Type.Array(id, { maxItems: 10_000 });
const metrics = Type.Array(Type.String({ maxLength: 63 }), { maxItems: 256 });

const subscribeOptions = Type.Object(
  {
    replay: Type.Optional(Type.Enum(["none", "last"])),
    capacity: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    overflow: Type.Optional(Type.Enum(["drop-oldest", "latest-per-key", "fail-plugin"])),
  },
  closed,
);

/** The three planes, and MQTT. */
export const PLANE_METHODS = {
  "telemetry.write": method(
    Type.Object({ as, batches: Type.Array(batch, { maxItems: 10_000 }), frame: Type.Optional(frame) }, closed),
    (session, args) =>
      session
        .services(args.as)
        .telemetry.write(args.batches as unknown as readonly Batch[], args.frame as unknown as Frame | undefined),
  ),
  "telemetry.bootedAt": method(
    Type.Object({ as, device: id, boot: Type.String({ maxLength: 200 }), at: instant, errorMs: Type.Number() }, closed),
    (session, args) =>
      session
        .services(args.as)
        .telemetry.bootedAt(args.device as DeviceId, args.boot, args.at as Instant, args.errorMs),
  ),
  "telemetry.last": method(Type.Object({ as, target: id }, closed), (session, args) =>
    session.services(args.as).telemetry.last(args.target as ChannelId),
  ),
  "telemetry.series": method(
    Type.Object({ as, target: id, metrics, range, maxBuckets: Type.Number() }, closed),
    (session, args) =>
      session
        .services(args.as)
        .telemetry.series(args.target as ChannelId, args.metrics, args.range as Range, args.maxBuckets),
  ),
  "telemetry.watch": method(Type.Object({ as, handle, targets }, closed), (session, args) =>
    session.open(args.handle, () =>
      session.services(args.as).telemetry.watch(args.targets as PointId[], (given) => {
        // The worker's answer is waited for: a slow one makes the hub's own mailbox drop, and count, instead of piling up here.
        return session.link.call(
          "watched",
          { handle: args.handle, batch: given },
          { transfer: buffersOf([given.at, ...Object.values(given.columns)]) },
        ) as never;
      }),
    ),
  ),
  "events.publish": method(Type.Object({ type: name, payload: anything }, closed), ({ context }, args) =>
    context.events.publish(args.type as never, args.payload as never),
  ),
  "events.subscribe": method(
    Type.Object({ handle, pattern: name, options: Type.Optional(subscribeOptions) }, closed),
    (session, args) =>
      session.open(args.handle, () =>
        session.context.events.subscribe(
          args.pattern as EventPattern,
          async (event: VatioEvent, signal: AbortSignal) => {
            await session.link.call("event", { handle: args.handle, event }, { signal });
          },
          args.options,
        ),
      ),
  ),
  "commands.handle": method(Type.Object({ handle, name }, closed), (session, args) =>
    session.open(args.handle, () =>
      session.context.commands.handle(
        args.name as never,
        (async (input: unknown, { signal, actor }: CommandCall) =>
          session.link.call("command", { handle: args.handle, input, actor: { ...actor } }, { signal })) as never,
      ),
    ),
  ),
  "commands.call": method(
    Type.Object({ as, name, input: anything, timeout: Type.Optional(Type.Number()) }, closed),
    (session, args, { signal }) => {
      const timeout = args.timeout === undefined ? {} : { timeout: args.timeout as DurationMs };
      const { commands } = session.services(args.as);
      return commands.call(args.name as never, args.input as never, { signal, ...timeout }) as Promise<unknown>;
    },
  ),
  "mqtt.subscribe": method(
    Type.Object({ handle, filter: topic, observe: Type.Optional(Type.Boolean()) }, closed),
    (session, args) =>
      session.open(args.handle, () => {
        const options = args.observe === undefined ? {} : { observe: args.observe };
        const handler = async (message: { readonly payload: Uint8Array }): Promise<void> => {
          const inHand = messageInHand();
          const payload = ownBytes(message.payload);
          let call = 0;
          try {
            const sent = { handle: args.handle, message: { ...message, payload } };
            const numbered = (number: number): void => {
              call = number;
              if (inHand) session.inHand.set(number, inHand);
            };
            await session.link.call("message", sent, { transfer: buffersOf([payload]), numbered });
          } finally {
            session.inHand.delete(call);
          }
        };
        return session.context.mqtt.subscribe(args.filter, handler, options);
      }),
  ),
  "mqtt.publish": method(
    Type.Object(
      {
        topic,
        payload: Type.Union([bytes, Type.String({ maxLength: 64 * 2 ** 20 })]),
        options: Type.Optional(
          Type.Object(
            {
              qos: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])),
              retain: Type.Optional(Type.Boolean()),
            },
            closed,
          ),
        ),
      },
      closed,
    ),
    ({ context }, args) => context.mqtt.publish(args.topic, args.payload, args.options),
  ),
} as const;

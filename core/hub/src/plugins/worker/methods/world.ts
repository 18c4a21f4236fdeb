import {
  type Actor,
  type ChannelId,
  type DeviceDescription,
  type DeviceId,
  type LocalDate,
  type MqttMessage,
  type PointId,
  type Range,
  type SiteId,
  Type,
  VatioError,
} from "@vatio/plugin-api";
import { chunksOf, packResponse } from "../http-packing.js";
import type { WorkerSession } from "../session.js";
import { actor, as, bytes, closed, device, handle, id, message, mountOptions, range, text } from "../wire-schemas.js";
import { forwardRequest } from "./forward-request.js";
import { forwardSocket } from "./forward-socket.js";
import { method } from "./method.js";
import { readHistory } from "./read-history.js";

const day = Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
const host = Type.String({ minLength: 1, maxLength: 1_000 });
const headers = Type.Array(Type.Tuple([Type.String({ maxLength: 1_000 }), Type.String({ maxLength: 100_000 })]), {
  maxItems: 1_000,
});

const request = Type.Object(
  {
    url: Type.String({ maxLength: 100_000 }),
    method: Type.String({ maxLength: 50 }),
    headers,
    body: Type.Optional(bytes),
    redirect: Type.Optional(Type.Enum(["follow", "manual", "error"])),
  },
  closed,
);

/** Network, HTTP, devices and places. */
export const WORLD_METHODS = {
  "net.fetch": method(request, async ({ context, link }, { url, body, ...init }, { signal }) => {
    const given = { ...init, signal, ...(body && { body: body as Uint8Array<ArrayBuffer> }) } as RequestInit;
    return packResponse(link, await context.net.fetch(url, given));
  }),
  "net.tcp": method(
    Type.Object({ handle, host, port: Type.Integer({ minimum: 1, maximum: 65_535 }) }, closed),
    async (session, args, { signal }) => {
      const streams = await session.context.net.tcp(args.host, args.port, signal);
      const writer = streams.writable.getWriter();
      // A connection that breaks is told to whoever writes or reads next.
      writer.closed.catch(() => undefined);
      session.open(args.handle, () => ({ dispose: () => streams.close(), writer }));
      return session.link.send(chunksOf(streams.readable));
    },
  ),
  "net.write": method(Type.Object({ handle, data: bytes }, closed), (session, args) =>
    writerOf(session, args.handle).write(args.data),
  ),
  "net.end": method(Type.Object({ handle }, closed), (session, args) => writerOf(session, args.handle).close()),
  "net.browse": method(Type.Object({ handle, service: Type.String({ maxLength: 100 }) }, closed), (session, args) =>
    session.open(args.handle, () =>
      session.context.net.browse(
        args.service,
        (record) => session.link.call("found", { handle: args.handle, record }) as never,
      ),
    ),
  ),
  "http.mount": method(Type.Object({ options: Type.Optional(mountOptions) }, closed), (session, args) =>
    session.context.http.mount({ fetch: (given, env) => forwardRequest(session, given, env) }, args.options),
  ),
  "http.socket": method(
    Type.Object({ handle, path: Type.String({ maxLength: 1_000 }), options: Type.Optional(mountOptions) }, closed),
    (session, args) =>
      session.context.http.socket(
        args.path,
        (socket, given, { actor: caller }) =>
          forwardSocket(session, { mount: args.handle, socket, request: given, actor: caller }),
        args.options,
      ),
  ),
  "devices.announce": method(Type.Object({ as, device }, closed), (session, args) =>
    session.services(args.as).devices.announce(args.device as DeviceDescription),
  ),
  "devices.available": method(
    Type.Object({ as, device: id, online: Type.Boolean(), reason: Type.Optional(text) }, closed),
    (session, args) => session.services(args.as).devices.available(args.device as DeviceId, args.online, args.reason),
  ),
  "devices.rejected": method(
    Type.Object({ as, message, reason: text, device: Type.Optional(id) }, closed),
    (session, args) =>
      session
        .services(args.as)
        .devices.rejected(args.message as MqttMessage, args.reason, args.device as DeviceId | undefined),
  ),
  "devices.observed": method(Type.Object({ as, device: id, message }, closed), (session, args) =>
    session.services(args.as).devices.observed(args.device as DeviceId, args.message as MqttMessage),
  ),
  "devices.provideHistory": method(Type.Object({ handle }, closed), (session, args) =>
    session.open(args.handle, () =>
      session.context.devices.provideHistory((channel: ChannelId, range, signal) =>
        readHistory(session, { handle: args.handle, channel, range, signal }),
      ),
    ),
  ),
  "devices.list": method(Type.Object({ as }, closed), (session, args) => session.services(args.as).devices.list()),
  "sites.list": method(Type.Object({ as }, closed), (session, args) => session.services(args.as).sites.list()),
  "sites.get": method(Type.Object({ as, id }, closed), (session, args) =>
    session.services(args.as).sites.get(args.id as SiteId),
  ),
  "points.list": method(Type.Object({ as }, closed), (session, args) => session.services(args.as).points.list()),
  "points.get": method(Type.Object({ as, id }, closed), (session, args) =>
    session.services(args.as).points.get(args.id as PointId),
  ),
  "points.assignments": method(Type.Object({ as, id }, closed), (session, args) =>
    session.services(args.as).points.assignments(args.id as PointId),
  ),
  "slots.read": method(Type.Object({ as, point: id, range }, closed), (session, args) =>
    session.services(args.as).slots.read(args.point as PointId, args.range as Range),
  ),
  "slots.daily": method(Type.Object({ as, point: id, from: day, to: day }, closed), (session, args) =>
    session.services(args.as).slots.daily(args.point as PointId, args.from as LocalDate, args.to as LocalDate),
  ),
  as: method(Type.Object({ handle, actor }, closed), (session, args) =>
    session.open(args.handle, () => ({
      services: session.context.as(args.actor as Actor),
      dispose: () => undefined,
    })),
  ),
} as const;

function writerOf(session: WorkerSession, connection: number): WritableStreamDefaultWriter<Uint8Array> {
  const writer = session.get(connection)?.writer;
  if (writer) return writer;
  throw new VatioError("E_NET_UNREACHABLE", "The connection is closed.");
}

import { Type } from "@vatio/plugin-api";
import { bytes, closed } from "../wire-schemas.js";
import { method } from "./method.js";

const socket = Type.Integer({ minimum: 1 });

/** Sockets that the hub handed over to the worker. One that has closed meanwhile takes no more. */
export const SOCKET_METHODS = {
  "socket.send": method(
    Type.Object({ socket, data: Type.Union([Type.String({ maxLength: 16 * 2 ** 20 }), bytes]) }, closed),
    (session, args) => session.socket(args.socket)?.send(args.data),
  ),
  "socket.close": method(
    Type.Object(
      { socket, code: Type.Optional(Type.Integer()), reason: Type.Optional(Type.String({ maxLength: 123 })) },
      closed,
    ),
    (session, args) => session.socket(args.socket)?.close(args.code, args.reason),
  ),
} as const;

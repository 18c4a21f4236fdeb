import { type Static, type Text, Type, text } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import { explainForeign } from "../explain-foreign.js";
import { isWireId } from "../hardware-id.js";
import { parseObject } from "../json.js";

const Notification = Type.Object({
  src: Type.String({ minLength: 1, maxLength: 80 }),
  method: Type.String({ minLength: 1, maxLength: 80 }),
  params: Type.Object({}),
});
const Reply = Type.Object({
  id: Type.Integer(),
  src: Type.String({ minLength: 1, maxLength: 80 }),
  result: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.Object({ code: Type.Number(), message: Type.Optional(Type.String()) })),
});
const notification = Compile(Notification);
const reply = Compile(Reply);

/** A message that a device sends unasked: `NotifyStatus`, `NotifyFullStatus`, `NotifyEvent`. */
export type Notification = Static<typeof Notification>;

/** A device's answer to one of our requests. */
export type Reply = Static<typeof Reply>;

/** A parsed frame, or why the payload is none. */
export type ParsedFrame<F> = { readonly frame: F } | { readonly frame?: undefined; readonly reason: Text };

/** A payload as a notification. Never throws. */
export function parseNotification(payload: Uint8Array): ParsedFrame<Notification> {
  const parsed = parseObject(payload);
  if (!parsed.object) return parsed;
  if (!notification.Check(parsed.object)) return { reason: explainForeign(parsed.object) };
  if (!isWireId(parsed.object.src)) return { reason: text("shelly.rejected.bad-src") };
  return { frame: parsed.object };
}

/** A payload as an answer. Never throws. */
export function parseReply(payload: Uint8Array): ParsedFrame<Reply> {
  const parsed = parseObject(payload);
  if (!parsed.object) return parsed;
  return reply.Check(parsed.object) ? { frame: parsed.object } : { reason: explainForeign(parsed.object) };
}

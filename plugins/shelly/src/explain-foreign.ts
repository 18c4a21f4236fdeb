import { type Text, text } from "@vatio/plugin-api";
import { excerpt, isObject, type JsonObject } from "./json.js";

interface Shape {
  readonly fits: (object: JsonObject) => boolean;
  readonly reason: (object: JsonObject) => Text;
}

// Payloads of other Shelly channels that people route to the wrong place; the first that fits gives the reason.
const SHAPES: readonly Shape[] = [
  {
    fits: (o) => Array.isArray(o.G) || (Array.isArray(o.blk) && Array.isArray(o.sen)),
    reason: () => text("shelly.rejected.coiot"),
  },
  { fits: (o) => Array.isArray(o.answers) && Array.isArray(o.questions), reason: () => text("shelly.rejected.mdns") },
  { fits: (o) => isObject(o.error), reason: (o) => rpcError(o.error) },
  { fits: (o) => typeof o.code === "number" && typeof o.message === "string", reason: rpcError },
  { fits: (o) => "result" in o, reason: () => text("shelly.rejected.reply") },
  { fits: (o) => "wifi_sta" in o && "mac" in o, reason: () => text("shelly.rejected.gen1-status") },
  { fits: (o) => Array.isArray(o.methods), reason: () => text("shelly.rejected.method-list") },
  { fits: (o) => "model" in o && "mac" in o, reason: () => text("shelly.rejected.device-info") },
];

function rpcError(error: unknown): Text {
  const { code, message } = isObject(error) ? error : {};
  return text("shelly.rejected.rpc-error", { code: excerpt(code), message: excerpt(message) });
}

/** Why a JSON object is not what was expected in its place, in words that help the person who set the device up. */
export function explainForeign(object: JsonObject): Text {
  const shape = SHAPES.find((candidate) => candidate.fits(object));
  return shape ? shape.reason(object) : text("shelly.rejected.not-a-frame");
}

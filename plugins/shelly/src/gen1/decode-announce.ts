import { isIP } from "node:net";
import { type Text, Type, text } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import { explainForeign } from "../explain-foreign.js";
import { normalizedMac } from "../hardware-id.js";
import { parseObject } from "../json.js";

const Announce = Compile(
  Type.Object({
    id: Type.String({ minLength: 1, maxLength: 128 }),
    mac: Type.String({ maxLength: 32 }),
    model: Type.Optional(Type.String({ maxLength: 40 })),
    ip: Type.Optional(Type.String({ maxLength: 45 })),
    fw_ver: Type.Optional(Type.String({ maxLength: 80 })),
  }),
);

/** How a Gen1 device introduces itself. */
export interface Announcement {
  /** Free text of its owner; part of its topics. */
  readonly id: string;
  readonly mac: string;
  readonly model?: string;
  readonly address?: string;
  readonly firmware?: string;
}

/** A parsed announcement, or why the payload is none. */
export type ParsedAnnouncement =
  | { readonly announcement: Announcement }
  | { readonly announcement?: undefined; readonly reason: Text };

/** The payload of `announce`. Never throws. */
export function decodeAnnounce(payload: Uint8Array): ParsedAnnouncement {
  const parsed = parseObject(payload);
  if (!parsed.object) return parsed;
  if (!Announce.Check(parsed.object)) return { reason: explainForeign(parsed.object) };
  const { id, model, ip, fw_ver } = parsed.object;
  const mac = normalizedMac(parsed.object.mac);
  if (mac === undefined) return { reason: text("shelly.rejected.no-mac") };
  if (!fits(id, mac)) return { reason: text("shelly.rejected.foreign-src", { src: mac, topic: id.slice(0, 60) }) };
  return {
    announcement: {
      id,
      mac,
      ...(model ? { model } : {}),
      ...(ip !== undefined && isIP(ip) !== 0 ? { address: ip } : {}),
      ...(fw_ver ? { firmware: fw_ver } : {}),
    },
  };
}

/** A factory id ends in the MAC or in its last 6 digits: nobody may announce another device's. */
function fits(id: string, mac: string): boolean {
  const [, digits] = /^shelly[a-z0-9-]*-([0-9a-f]{12}|[0-9a-f]{6})$/i.exec(id) ?? [];
  return digits === undefined || mac.endsWith(digits.toLowerCase());
}

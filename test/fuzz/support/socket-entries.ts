import { LiveClientFrame } from "../../../core/hub/src/http/dto.js";
import { examples } from "../../../core/hub/src/http/openapi/examples.js";
import { fromSchema, type Words } from "./from-schema.js";
import type { Gen } from "./gen.js";
import { anyText } from "./json-values.js";
import { anyBytes } from "./raw-bytes.js";
import type { KnownIds, World } from "./world.js";

/** A kind of frame at an address that takes WebSockets. */
export interface SocketEntry {
  readonly name: string;
  readonly path: string;
  /** A text frame, or a binary one. */
  readonly make: (gen: Gen, ids: KnownIds) => string | Uint8Array;
  /** What the hub itself takes it for; undefined for the sockets of plugins, which have words of their own. */
  readonly frame?: (typeof LiveClientFrame.anyOf)[number] | undefined;
}

const LIVE = "/api/v1/live";
/** Characters that a frame of the live stream may have, and bytes of any frame. */
const LIMITS = [320 * 1024, 1024 * 1024];
const utf8 = new TextDecoder();

/** Each frame type of the live stream, from the schema by which the hub checks them, binary frames, and the sockets of plugins. */
export function socketEntries({ hub }: World): readonly SocketEntry[] {
  const frames = LiveClientFrame.anyOf.map(
    (frame): SocketEntry => ({
      name: `live: ${frame.properties.type.const}`,
      path: LIVE,
      frame,
      make: (gen, ids) =>
        utf8.decode(anyBytes(gen, { shape: () => fromSchema(gen, frame, wordsOf(gen, ids)), limit: gen.pick(LIMITS) })),
    }),
  );
  const binary: SocketEntry = {
    name: "live: binary",
    path: LIVE,
    make: (gen) => anyBytes(gen, { shape: () => examples.LiveClientFrame, limit: gen.pick(LIMITS) }),
  };
  const plugins = hub.parts.plugins.mounts().filter(({ socket }) => socket);
  const others = plugins.map(
    ({ path }): SocketEntry => ({
      name: `socket: ${path}`,
      path,
      make: (gen) => (gen.percent(50) ? anyText(gen) : anyBytes(gen, { shape: () => ({}), limit: gen.pick(LIMITS) })),
    }),
  );
  return [...frames, binary, ...others];
}

const wordsOf =
  (gen: Gen, ids: KnownIds): Words =>
  (name) => {
    if (name === "targets") return [...ids.points, ...ids.channels];
    if (name === "events") return ["*", "device.*", "point.changed", "**", "a b", "*.x"];
    // Few ids, so that frames meet subscriptions that are there.
    return name === "id" ? [gen.below(8)] : [];
  };

/** What of a device can be asked and ordered by RPC. */
export interface RpcTarget {
  readonly id: string;
  fullStatus(): Readonly<Record<string, unknown>>;
  deviceInfo(): object;
  config(): object;
  isOn(circuit: string): boolean;
  turn(circuit: string, on: boolean): boolean;
  turnLater(circuit: string, on: boolean, afterSeconds: number): void;
}

/** A reply and to whom it goes; without a source nobody is answered. */
export interface RpcReply {
  readonly src?: string;
  readonly reply: object;
}

interface Request {
  readonly id?: unknown;
  readonly src?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly id?: unknown; readonly on?: unknown; readonly toggle_after?: unknown };
}

type Handler = (target: RpcTarget, circuit: string, params: NonNullable<Request["params"]>) => unknown;

const METHODS: Readonly<Record<string, Handler>> = {
  "Shelly.GetStatus": (target) => target.fullStatus(),
  "Shelly.GetDeviceInfo": (target) => target.deviceInfo(),
  "Shelly.GetConfig": (target) => target.config(),
  "Switch.GetStatus": (target, circuit) => target.fullStatus()[circuit],
  "Switch.Toggle": (target, circuit) => ({ was_on: target.turn(circuit, !target.isOn(circuit)) }),
  "Switch.Set": (target, circuit, { on, toggle_after }) => {
    if (typeof toggle_after === "number") target.turnLater(circuit, on !== true, toggle_after);
    return { was_on: target.turn(circuit, on === true) };
  },
};

/** What a device answers to a request. */
export function answer(target: RpcTarget, payload: string): RpcReply {
  const { id, src, method, params } = parse(payload);
  if (typeof src !== "string") return { reply: {} };
  const head = { id, src: target.id, dst: src };
  const handler = METHODS[String(method)];
  if (!handler) return { src, reply: { ...head, error: { code: 404, message: `No handler for ${String(method)}` } } };
  const circuit = `switch:${String(params?.id ?? 0)}`;
  const needsOutput = String(method).startsWith("Switch.");
  if (needsOutput && target.fullStatus()[circuit] === undefined) {
    return { src, reply: { ...head, error: { code: -105, message: `Argument 'id', value ${circuit} not found!` } } };
  }
  return { src, reply: { ...head, result: handler(target, circuit, params ?? {}) } };
}

function parse(payload: string): Request {
  try {
    const request: Request | null = JSON.parse(payload);
    return typeof request === "object" && request !== null ? request : {};
  } catch {
    return {};
  }
}

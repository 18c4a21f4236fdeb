import type { MinuteLog } from "./minute-log.js";

/** What of a device can be asked and ordered by RPC. */
export interface RpcTarget {
  readonly id: string;
  /** Log of a component that keeps records: `emdata:0`. */
  logOf(component: string): MinuteLog | undefined;
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
  readonly params?: {
    readonly id?: unknown;
    readonly on?: unknown;
    readonly toggle_after?: unknown;
    readonly ts?: unknown;
    readonly end_ts?: unknown;
  };
}

type Handler = (target: RpcTarget, circuit: string, params: NonNullable<Request["params"]>) => unknown;

const records =
  (family: string, read: (log: MinuteLog, from: number, to: number) => unknown): Handler =>
  (target, _circuit, { id, ts, end_ts }) => {
    const log = target.logOf(`${family}:${String(id ?? 0)}`);
    return log && read(log, Number(ts ?? 0), Number(end_ts ?? 1e12));
  };
const blocks = (log: MinuteLog, from: number): unknown => ({ data_blocks: log.blocks(from) });
const page = (log: MinuteLog, from: number, to: number): unknown => log.page(from, to);

/** Methods by name. What finds no component answers undefined. */
export const METHODS: Readonly<Record<string, Handler>> = {
  "Shelly.GetStatus": (target) => target.fullStatus(),
  "Shelly.GetDeviceInfo": (target) => target.deviceInfo(),
  "Shelly.GetConfig": (target) => target.config(),
  "EMData.GetRecords": records("emdata", blocks),
  "EMData.GetData": records("emdata", page),
  "EM1Data.GetRecords": records("em1data", blocks),
  "EM1Data.GetData": records("em1data", page),
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
  const result = handler(target, circuit, params ?? {});
  const missing = { code: -105, message: `Argument 'id', value ${String(params?.id)} not found!` };
  return { src, reply: result === undefined ? { ...head, error: missing } : { ...head, result } };
}

function parse(payload: string): Request {
  try {
    const request: Request | null = JSON.parse(payload);
    return typeof request === "object" && request !== null ? request : {};
  } catch {
    return {};
  }
}

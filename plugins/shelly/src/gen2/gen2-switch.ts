import { type SwitchSet, type SwitchSetResult, VatioError } from "@vatio/plugin-api";
import { isObject } from "../json.js";
import type { ShellyDevice } from "../shelly-device.js";
import { RPC_NAMESPACES, splitComponentKey } from "./families.js";
import type { Gen2Driver } from "./gen2-driver.js";

/** Which output is to be switched, and how. */
export interface SwitchOrder {
  readonly device: ShellyDevice;
  /** Key of its channel: `switch:0`. */
  readonly channel: string;
  readonly to: SwitchSet["to"];
  readonly forMs?: SwitchSet["forMs"];
}

/** Switches an output by RPC (`Switch.Set`, `Light.Toggle`, ...) and reads its real state back. */
export async function switchGen2(
  driver: Gen2Driver,
  order: SwitchOrder,
  signal: AbortSignal,
): Promise<SwitchSetResult> {
  const output = new RpcOutput(driver, order, signal);
  const to = order.to === "toggle" && order.forMs !== undefined ? opposite(await output.state()) : order.to;
  const wasOn = await output.set(to, order.forMs);
  return { wasOn, on: await output.state() };
}

const opposite = (on: boolean): "on" | "off" => (on ? "off" : "on");

/** One output of a device, behind RPC. */
class RpcOutput {
  readonly #driver: Gen2Driver;
  readonly #order: SwitchOrder;
  readonly #signal: AbortSignal;
  readonly #namespace: string;
  readonly #id: number;

  constructor(driver: Gen2Driver, order: SwitchOrder, signal: AbortSignal) {
    const { family = "", number = 0 } = splitComponentKey(order.channel) ?? {};
    this.#driver = driver;
    this.#order = order;
    this.#signal = signal;
    this.#namespace = RPC_NAMESPACES.get(family) ?? "Switch";
    this.#id = number;
  }

  /** @returns what the device says it was before; null when it does not say */
  async set(to: SwitchSet["to"], forMs: number | undefined): Promise<boolean | null> {
    const timer = forMs === undefined ? {} : { toggle_after: forMs / 1000 };
    const params = to === "toggle" ? {} : { on: to === "on", ...timer };
    const result = await this.#call(to === "toggle" ? "Toggle" : "Set", params);
    return isObject(result) && typeof result.was_on === "boolean" ? result.was_on : null;
  }

  /** The state that the device reports now; it is stored like any other reading. */
  async state(): Promise<boolean> {
    const result = await this.#call("GetStatus", {});
    if (!isObject(result) || typeof result.output !== "boolean") throw noState(this.#order.channel);
    await this.#driver.recordAnswer(this.#order.device, { [this.#order.channel]: result });
    return result.output;
  }

  async #call(verb: string, params: object): Promise<unknown> {
    const { prefix, wireId } = this.#order.device.facts;
    if (prefix === undefined) throw noPrefix(this.#order.device);
    const request = { prefix, wireId, method: `${this.#namespace}.${verb}`, params: { id: this.#id, ...params } };
    return (await this.#driver.rpc.call(request, this.#signal)).result;
  }
}

const noPrefix = (device: ShellyDevice): VatioError =>
  new VatioError(
    "E_DEVICE_UNREACHABLE",
    `${device.id} has only sent readings over HTTP so far. Enable MQTT in the device to switch it from here.`,
  );

const noState = (channel: string): VatioError =>
  new VatioError(
    "E_DEVICE_FAILED",
    `The Shelly did not report the state of ${channel}. Look at the device's own page.`,
    {
      retryable: true,
    },
  );

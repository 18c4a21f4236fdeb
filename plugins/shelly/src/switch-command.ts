import { channelKeyOf, deviceOf } from "@vatio/model";
import {
  type CommandCall,
  instant,
  type PluginContext,
  type SwitchSet,
  type SwitchSetResult,
  VatioError,
} from "@vatio/plugin-api";
import type { DeviceBook } from "./device-book.js";
import type { Gen1Driver } from "./gen1/gen1-driver.js";
import { switchGen1 } from "./gen1/gen1-switch.js";
import { SwitchBack } from "./gen1/switch-back.js";
import type { Gen2Driver } from "./gen2/gen2-driver.js";
import { type SwitchOrder, switchGen2 } from "./gen2/gen2-switch.js";

/** What the command is made of. */
export interface SwitchCommandOptions {
  readonly ctx: PluginContext;
  readonly book: DeviceBook;
  readonly gen1: Gen1Driver;
  readonly gen2: Gen2Driver;
}

/** `switch.set` of every Shelly: sends the order and answers with the state that the device reports. */
export class SwitchCommand {
  readonly #options: SwitchCommandOptions;
  readonly #back: SwitchBack;

  constructor(options: SwitchCommandOptions) {
    this.#options = options;
    this.#back = new SwitchBack({
      ctx: options.ctx,
      act: async ({ hardwareId, channel, to }) => {
        const order = this.#order({ device: options.book.get(hardwareId), channel }, to);
        await this.#switchGen1(order, options.ctx.signal);
      },
    });
  }

  /** Takes up the orders of an earlier run that are still to be switched back. */
  resume(): Promise<void> {
    return this.#back.resume();
  }

  /** @throws E_DEVICE_UNKNOWN, E_CHANNEL_NOT_SWITCHABLE, E_DEVICE_OFFLINE (retryable), and the errors of the device */
  async handle({ channel: id, to, forMs }: SwitchSet, { signal }: CommandCall): Promise<SwitchSetResult> {
    const device = this.#options.book.byId(deviceOf(id));
    const order = this.#order({ device, channel: channelKeyOf(id) }, to);
    if (order.device.facts.generation !== 1) {
      return switchGen2(this.#options.gen2, forMs === undefined ? order : { ...order, forMs }, signal);
    }
    const result = await this.#switchGen1(order, signal);
    // Only now: an order that failed must not undo the one before it.
    if (forMs === undefined) await this.#back.cancel(order.device.hardwareId, order.channel);
    else await this.#planBack(order, result.on, forMs);
    return result;
  }

  #order(
    { device, channel }: { device: SwitchOrder["device"] | undefined; channel: string },
    to: SwitchSet["to"],
  ): SwitchOrder {
    if (!device)
      throw new VatioError("E_DEVICE_UNKNOWN", "The Shelly has not been heard of yet. Check that it is connected.");
    if (!device.facts.channels[channel]?.switchable) {
      throw new VatioError(
        "E_CHANNEL_NOT_SWITCHABLE",
        `${channel} of ${device.id} measures but cannot be switched. Choose a channel with a relay.`,
      );
    }
    if (device.presence?.online === false) {
      throw new VatioError(
        "E_DEVICE_OFFLINE",
        `${device.id} is not connected, so nothing was switched. Check its power and its Wi-Fi.`,
        { retryable: true },
      );
    }
    return { device, channel, to };
  }

  #switchGen1(order: SwitchOrder, signal: AbortSignal): Promise<SwitchSetResult> {
    return switchGen1({ driver: this.#options.gen1, scheduler: this.#options.ctx.scheduler }, order, signal);
  }

  #planBack({ device, channel }: SwitchOrder, on: boolean, forMs: number): Promise<void> {
    const at = instant(this.#options.ctx.clock.now() + forMs);
    return this.#back.plan({ hardwareId: device.hardwareId, channel, to: on ? "off" : "on", at });
  }
}

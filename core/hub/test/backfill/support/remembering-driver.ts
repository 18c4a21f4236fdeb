import {
  type Batch,
  type ChannelId,
  type DeviceId,
  definePlugin,
  type Instant,
  type PluginContext,
  type Range,
  row,
  Type,
} from "@vatio/plugin-api";

const MINUTE = 60_000;

/** What a driver was asked for. */
export interface Asked {
  readonly channel: ChannelId;
  readonly from: number;
  readonly to: number;
}

/** A driver of devices that remember every minute, and what a test does with them. */
export class RememberingDriver {
  readonly asked: Asked[] = [];
  /** Minutes that the devices do not have. */
  lost: (at: number) => boolean = () => false;
  /** Thrown instead of an answer while it is set. */
  fails: (() => unknown) | undefined;
  /** Runs before each answer. */
  before: (signal: AbortSignal) => Promise<void> = async () => undefined;
  /** Answers in place of the honest ones. */
  tells: ((channel: ChannelId, range: Range) => AsyncIterable<Batch>) | undefined;
  readonly channels: readonly string[];
  #ctx: PluginContext | undefined;

  constructor({ channels = ["main"] }: { readonly channels?: readonly string[] } = {}) {
    this.channels = channels;
  }

  readonly plugin = definePlugin({
    manifest: {
      id: "memo",
      name: "Memo",
      version: "1.0.0",
      hub: "^0.1",
      config: Type.Object({}),
      configVersion: 1,
      permissions: ["telemetry.write"],
    },
    setup: (ctx) => {
      this.#ctx = ctx as unknown as PluginContext;
      ctx.devices.provideHistory((channel, range, signal) => this.#tell(channel, range, signal));
    },
  });

  get ctx(): PluginContext {
    if (!this.#ctx) throw new Error("The driver does not run.");
    return this.#ctx;
  }

  announce(hardwareId = "m1"): Promise<unknown> {
    const metrics = ["power_w", "energy_import_wh"];
    const channels = this.channels.map((key) => ({ key, kind: "meter" as const, metrics }));
    return this.ctx.devices.announce({ hardwareId, channels });
  }

  online(online: boolean, device = "memo:m1"): void {
    this.ctx.devices.available(device as DeviceId, online);
  }

  /** One live reading of every channel. */
  async report(device = "memo:m1"): Promise<void> {
    const at = this.ctx.clock.now();
    for (const key of this.channels)
      await this.ctx.telemetry.write(
        row(`${device}/${key}` as ChannelId, at, { power_w: 60, energy_import_wh: at / 60_000 }),
      );
  }

  /** The minutes of a range as the device remembers them. */
  rows(channel: ChannelId, { from, to }: Range): Batch {
    const at: number[] = [];
    for (let minute = Math.ceil(from / MINUTE) * MINUTE; minute < to; minute += MINUTE)
      if (!this.lost(minute)) at.push(minute);
    const column = (value: number): Float64Array => new Float64Array(at.length).fill(value);
    const columns = { interval_import_wh: column(1), interval_s: column(60), power_w: column(60) };
    return { channel, origin: "replay", at: Float64Array.from(at), columns };
  }

  async *#tell(channel: ChannelId, range: Range, signal: AbortSignal): AsyncIterable<Batch> {
    this.asked.push({ channel, ...range });
    await this.before(signal);
    if (this.fails) throw this.fails();
    if (this.tells) return yield* this.tells(channel, range);
    const half = (range.from + (range.to - range.from) / 2) as Instant;
    yield this.rows(channel, { from: range.from, to: half });
    yield this.rows(channel, { from: half, to: range.to });
  }
}

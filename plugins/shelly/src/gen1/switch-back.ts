import {
  type DurationMs,
  type Instant,
  instant,
  minutes,
  type PluginContext,
  Type,
  VatioError,
} from "@vatio/plugin-api";
import { Compile } from "typebox/compile";

const DuePlan = Compile(
  Type.Object({
    hardwareId: Type.String(),
    channel: Type.String(),
    to: Type.Union([Type.Literal("on"), Type.Literal("off")]),
    at: Type.Number(),
  }),
);

/** An output that is to be switched back. */
export interface SwitchBackPlan {
  readonly hardwareId: string;
  readonly channel: string;
  readonly to: "on" | "off";
  readonly at: Instant;
}

/** What the plans are made of. */
export interface SwitchBackOptions {
  readonly ctx: Pick<PluginContext, "kv" | "scheduler" | "clock" | "log" | "signal">;
  /** Switches the output. */
  readonly act: (plan: SwitchBackPlan) => Promise<void>;
}

const PREFIX = "switch-back/";
const RETRY: DurationMs = minutes(1);

/** After this long the owner has surely seen to it: switching then would surprise. */
const GIVE_UP: DurationMs = minutes(60);

/**
 * Switches outputs of Gen1 devices back after a span: over MQTT these have no timer of their own. The plans survive a
 * restart, and are tried again while the device does not answer.
 */
export class SwitchBack {
  readonly #options: SwitchBackOptions;
  readonly #armed = new Map<string, { readonly plan: SwitchBackPlan; readonly timer: Disposable }>();

  constructor(options: SwitchBackOptions) {
    this.#options = options;
  }

  /** Takes up the plans of an earlier run. */
  async resume(): Promise<void> {
    for (const { key, value } of await this.#options.ctx.kv.list(PREFIX)) {
      if (DuePlan.Check(value)) this.#arm({ ...value, at: instant(value.at) }, value.at);
      else await this.#options.ctx.kv.delete(key);
    }
  }

  /** Plans it; settles when the plan is stored. A plan that the same output had is replaced. */
  async plan(plan: SwitchBackPlan): Promise<void> {
    const { hardwareId, channel, to, at } = plan;
    await this.#options.ctx.kv.set(keyOf(plan), { hardwareId, channel, to, at });
    this.#arm(plan, at);
  }

  /** A newer order for the output makes the plan void. */
  async cancel(hardwareId: string, channel: string): Promise<void> {
    const key = keyOf({ hardwareId, channel });
    this.#armed.get(key)?.timer[Symbol.dispose]();
    if (this.#armed.delete(key)) await this.#options.ctx.kv.delete(key);
  }

  #arm(plan: SwitchBackPlan, at: number): void {
    const key = keyOf(plan);
    this.#armed.get(key)?.timer[Symbol.dispose]();
    this.#armed.set(key, { plan, timer: this.#options.ctx.scheduler.at(instant(at), () => this.#due(plan)) });
  }

  async #due(plan: SwitchBackPlan): Promise<void> {
    const failure = await this.#try(plan);
    const { ctx } = this.#options;
    // A newer plan may have come while this one was carried out.
    if (ctx.signal.aborted || this.#armed.get(keyOf(plan))?.plan !== plan) return;
    if (failure && ctx.clock.now() - plan.at < GIVE_UP) return this.#arm(plan, ctx.clock.now() + RETRY);
    if (failure)
      ctx.log.error("A Shelly could not be switched back; look after it.", { ...plan, why: failure.message });
    await this.cancel(plan.hardwareId, plan.channel);
  }

  async #try(plan: SwitchBackPlan): Promise<VatioError | undefined> {
    try {
      await this.#options.act(plan);
      return undefined;
    } catch (error) {
      return VatioError.from(error);
    }
  }
}

const keyOf = ({ hardwareId, channel }: Pick<SwitchBackPlan, "hardwareId" | "channel">): string =>
  `${PREFIX}${hardwareId}/${channel}`;

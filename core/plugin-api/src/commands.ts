import type { ChannelId, DurationMs } from "@vatio/model";
import { type TSchema, Type } from "typebox";
import type { Action, Actor } from "./actor.js";

/** Plane 3: commands. Imperative, one handler, a deadline, audited. A plugin adds its own by declaration merging (`<plugin id>.<verb>`). */
export interface VatioCommands {
  "switch.set": { input: SwitchSet; output: SwitchSetResult };
}

/** Turns a switch. */
export interface SwitchSet {
  readonly channel: ChannelId;
  readonly to: "on" | "off" | "toggle";
  /** Goes back to the other state after this span. */
  readonly forMs?: DurationMs;
}

/** What the device says that happened. */
export interface SwitchSetResult {
  /** Null when the device does not say. */
  readonly wasOn: boolean | null;
  /** State read back from the device. */
  readonly on: boolean;
}

/** Name of a command. */
export type CommandName = keyof VatioCommands & string;

/** Schema of a command, the action that a caller needs, and to whom it goes. */
export interface CommandDeclaration {
  readonly input: TSchema;
  readonly output: TSchema;
  readonly action: Action;
  /** Goes to the plugin that owns the channel or device in the input's property of this name; without it there is one handler in the hub. */
  readonly routeBy?: "channel" | "device";
}

/** The commands that every driver shares: schema, action and route. */
export const SHARED_COMMANDS: Readonly<Record<string, CommandDeclaration>> = {
  "switch.set": {
    action: "control",
    routeBy: "channel",
    input: Type.Object(
      {
        channel: Type.String({ minLength: 3, maxLength: 512 }),
        to: Type.Union([Type.Literal("on"), Type.Literal("off"), Type.Literal("toggle")]),
        forMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400_000 })),
      },
      { additionalProperties: false },
    ),
    output: Type.Object(
      { wasOn: Type.Union([Type.Boolean(), Type.Null()]), on: Type.Boolean() },
      { additionalProperties: false },
    ),
  },
};

/** Circumstances of a call, for its handler. */
export interface CommandCall {
  /** Aborted at the deadline and when the caller gives up. */
  readonly signal: AbortSignal;
  readonly actor: Actor;
}

/** How a command is called. */
export interface CallOptions {
  /** 5 s when left out. */
  readonly timeout?: DurationMs;
  readonly signal?: AbortSignal;
}

/** The command plane. */
export interface CommandBus {
  /**
   * Handles a command of the plugin's own manifest, or a shared one.
   * @throws E_PERMISSION for a command of somebody else; E_COMMAND_CONFLICT when somebody handles it already (in a worker the plugin fails
   * instead: the answer comes from another thread)
   */
  handle<N extends CommandName>(
    name: N,
    handler: (input: VatioCommands[N]["input"], call: CommandCall) => Promise<VatioCommands[N]["output"]>,
  ): Disposable;
  /** @throws E_COMMAND_UNKNOWN, E_COMMAND_TIMEOUT, E_PERMISSION, E_INPUT_INVALID, or what the handler throws. */
  call<N extends CommandName>(
    name: N,
    input: VatioCommands[N]["input"],
    options?: CallOptions,
  ): Promise<VatioCommands[N]["output"]>;
}

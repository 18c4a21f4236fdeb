import { deviceOf, driverOf, isChannelId } from "@vatio/model";
import {
  type Actor,
  type AuditEntry,
  type CallOptions,
  type ChannelId,
  type CommandCall,
  type CommandDeclaration,
  type DeviceId,
  type DurationMs,
  type PluginId,
  seconds,
  VatioError,
} from "@vatio/plugin-api";
import type { Authorizer, Resource } from "../auth/types.js";
import { HUB } from "../auth/types.js";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { deferred } from "../deferred.js";
import { CommandTypes, type DeclaredCommand } from "./command-types.js";
import type { Party } from "./party.js";

/** Deadline of a call that names none. */
export const DEFAULT_DEADLINE = seconds(5);

/** Longest deadline that a caller may name. */
export const LONGEST_DEADLINE = seconds(600);

/** Inputs longer than this, as JSON, are left out of the audit log. */
const AUDITED_INPUT_CHARACTERS = 2_000;

/** Writes what was done, by whom, and how it ended. */
export interface AuditRecorder {
  record(entry: Omit<AuditEntry, "at">): Promise<void>;
}

/** What the command bus is built from. */
export interface CommandBusOptions {
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly authorizer: Authorizer;
  readonly audit: AuditRecorder;
  /** Channel that measures a point now. */
  readonly channelOf: (point: string) => ChannelId | undefined;
  readonly warn: (message: string, fields: object) => void;
}

/** A handler as the bus calls it. */
export type AnyCommandHandler = (input: never, call: CommandCall) => Promise<unknown>;

/** The command plane of the hub. */
export interface HubCommands {
  /** @throws E_COMMAND_CONFLICT */
  declare(owner: PluginId, commands: Readonly<Record<string, CommandDeclaration>>): Disposable;
  /** @throws E_COMMAND_UNKNOWN when nobody declared it; E_COMMAND_CONFLICT when somebody handles it already */
  handle(party: Party, name: string, handler: AnyCommandHandler): Disposable;
  /**
   * Resolves, checks, authorises, runs and audits a command.
   * @throws E_COMMAND_UNKNOWN, E_COMMAND_TIMEOUT, E_PERMISSION, E_INPUT_INVALID, E_OUTPUT_INVALID, E_ABORTED, or what the handler throws
   */
  call(actor: Actor, name: string, input: unknown, options?: CallOptions): Promise<unknown>;
  /** Schema, action and route of a command; undefined when nobody declared it. */
  declaration(name: string): CommandDeclaration | undefined;
}

/** Makes the command plane. */
export const createCommandBus = (options: CommandBusOptions): HubCommands => new HubCommandBus(options);

interface Handler {
  readonly party: Party;
  readonly run: AnyCommandHandler;
}

/** A call whose target is known. */
interface Target {
  readonly input: unknown;
  readonly resource: Resource;
  /** Plugin that must handle it; undefined for a command with one handler in the hub. */
  readonly plugin?: PluginId;
}

class HubCommandBus implements HubCommands {
  readonly #options: CommandBusOptions;
  readonly #types = new CommandTypes();
  /** By name, and by name and plugin for routed commands. */
  readonly #handlers = new Map<string, Handler>();

  constructor(options: CommandBusOptions) {
    this.#options = options;
  }

  declare(owner: PluginId, commands: Readonly<Record<string, CommandDeclaration>>): Disposable {
    return this.#types.declare(owner, commands);
  }

  declaration(name: string): CommandDeclaration | undefined {
    return this.#types.get(name);
  }

  handle(party: Party, name: string, handler: AnyCommandHandler): Disposable {
    const declared = this.#declared(name);
    const key = handlerKey(declared, party.id);
    const known = this.#handlers.get(key);
    if (known) {
      const message = `${known.party.id} handles ${name} already; a command has one handler.`;
      throw new VatioError("E_COMMAND_CONFLICT", message, { details: { name, owner: known.party.id } });
    }
    const entry = { party, run: handler };
    this.#handlers.set(key, entry);
    return {
      [Symbol.dispose]: () => {
        if (this.#handlers.get(key) === entry) this.#handlers.delete(key);
      },
    };
  }

  async call(actor: Actor, name: string, input: unknown, options: CallOptions = {}): Promise<unknown> {
    const declared = this.#declared(name);
    declared.checkInput(input);
    const target = this.#target(declared, input);
    const audit = { actor, what: name, resource: resourceName(target.resource) };
    const details = auditedInput(target.input);
    try {
      this.#options.authorizer.require(actor, declared.action, target.resource);
      const output = await this.#run(declared, target, actor, options);
      await this.#record({ ...audit, outcome: "ok", details });
      return output;
    } catch (caught) {
      const error = VatioError.from(caught);
      this.#options.counters.add("commands", "call-failed", error.code);
      const outcome = error.code === "E_PERMISSION" ? "refused" : "failed";
      await this.#record({ ...audit, outcome, details: { ...details, code: error.code } });
      throw error;
    }
  }

  async #run(declared: DeclaredCommand, target: Target, actor: Actor, options: CallOptions): Promise<unknown> {
    const handler = this.#handlers.get(handlerKey(declared, target.plugin ?? "hub"));
    if (!handler) throw unhandled(declared.name, target.plugin);
    const output = await this.#withDeadline(declared.name, options, (signal) =>
      handler.party.enter(async () => handler.run(target.input as never, { signal, actor })),
    );
    declared.checkOutput(output);
    return output;
  }

  async #withDeadline(
    name: string,
    options: CallOptions,
    work: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<unknown> {
    const controller = new AbortController();
    const gaveUp = deferred<never>();
    const end = (error: VatioError): void => {
      controller.abort(error);
      gaveUp.reject(error);
    };
    const deadline = deadlineOf(options);
    const timer = this.#options.clock.timer(deadline, () => end(timedOut(name, deadline)));
    const onAbort = (): void => end(new VatioError("E_ABORTED", `The caller of ${name} gave up.`));
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([gaveUp.promise, controller.signal.aborted ? gaveUp.promise : work(controller.signal)]);
    } finally {
      timer[Symbol.dispose]();
      options.signal?.removeEventListener("abort", onAbort);
    }
  }

  #target(declared: DeclaredCommand, input: unknown): Target {
    const { routeBy, owner } = declared;
    if (routeBy === undefined) return { input, resource: owner === "hub" ? HUB : { kind: "plugin", id: owner } };
    const fields = input as Readonly<Record<string, unknown>>;
    const named = String(fields[routeBy]);
    const channel = named.includes(":") ? undefined : this.#options.channelOf(named);
    if (channel === undefined && !named.includes(":")) throw targetUnknown(declared.name, named);
    const target = channel ?? named;
    if (routeBy === "device") return deviceTarget(fields, isChannelId(target) ? deviceOf(target) : target);
    if (!isChannelId(target)) throw targetUnknown(declared.name, target);
    return {
      input: { ...fields, channel: target },
      resource: { kind: "channel", id: target },
      plugin: driverOf(target),
    };
  }

  #declared(name: string): DeclaredCommand {
    const declared = this.#types.get(name);
    if (declared) return declared;
    this.#options.counters.add("commands", "call-failed", "E_COMMAND_UNKNOWN");
    throw new VatioError("E_COMMAND_UNKNOWN", `No command is called ${name}.`, { details: { name } });
  }

  async #record(entry: Omit<AuditEntry, "at">): Promise<void> {
    try {
      await this.#options.audit.record(entry);
    } catch (error) {
      this.#options.counters.add("commands", "audit-failed", VatioError.from(error).code);
      this.#options.warn("The audit log could not be written", { what: entry.what, error: String(error) });
    }
  }
}

const handlerKey = ({ name, routeBy }: DeclaredCommand, plugin: string): string =>
  routeBy === undefined ? name : `${name}\n${plugin}`;

function deviceTarget(fields: Readonly<Record<string, unknown>>, named: string): Target {
  const device = named as DeviceId;
  return { input: { ...fields, device }, resource: { kind: "device", id: device }, plugin: driverOf(device) };
}

function targetUnknown(name: string, target: string): VatioError {
  const message = `${name}: nothing that can be switched or asked is called ${target}. Name a point with a meter, a channel or a device.`;
  return new VatioError("E_TARGET_UNKNOWN", message, { details: { name, target } });
}

function unhandled(name: string, plugin: PluginId | undefined): VatioError {
  const who = plugin === undefined ? "Nobody handles" : `The plugin ${plugin} does not run, or does not handle`;
  return new VatioError("E_COMMAND_UNKNOWN", `${who} ${name} at the moment.`, {
    retryable: true,
    details: plugin === undefined ? { name } : { name, plugin },
  });
}

function timedOut(name: string, deadline: DurationMs): VatioError {
  const message = `${name} was not answered within ${deadline} ms. The device may be out of reach.`;
  return new VatioError("E_COMMAND_TIMEOUT", message, { retryable: true, details: { name, deadline } });
}

function deadlineOf({ timeout = DEFAULT_DEADLINE }: CallOptions): DurationMs {
  return timeout > 0 ? (Math.min(timeout, LONGEST_DEADLINE) as DurationMs) : DEFAULT_DEADLINE;
}

const resourceName = (resource: Resource): string => ("id" in resource ? `${resource.kind}:${resource.id}` : "hub");

function auditedInput(input: unknown): { readonly input?: unknown } {
  const json = JSON.stringify(input) ?? "";
  return json.length <= AUDITED_INPUT_CHARACTERS ? { input } : {};
}

import type {
  Actor,
  Batch,
  CommandBus,
  CommandCall,
  EventBus,
  Mqtt,
  MqttMessage,
  Telemetry,
  VatioEvent,
} from "@vatio/plugin-api";
import { mayHandle, mayPublish, requireFilter, requireTarget, requireTopic } from "../../context/checks.js";
import { buffersOf, ownBytes, ownColumn } from "../packing.js";
import type { ArgsOf, RemoteScope } from "./remote-scope.js";

/** Names the services of an actor. */
export interface As {
  readonly as?: number;
}

/** Readings. */
export function remoteTelemetry(scope: RemoteScope, as: As): Telemetry {
  const telemetry = {
    write: async (given: Batch | readonly Batch[], frame?: ArgsOf<"telemetry.write">["frame"]) => {
      const batches = (Array.isArray(given) ? (given as readonly Batch[]) : [given as Batch]).map(ownBatch);
      const views = batches.flatMap(({ at, columns }) => [at, ...Object.values(columns)]);
      const args = { ...as, batches, ...(frame && { frame: { ...frame } }) };
      return scope.call("telemetry.write", args, { transfer: buffersOf(views) });
    },
    bootedAt: (device: string, boot: string, at: number, errorMs: number) =>
      scope.call("telemetry.bootedAt", { ...as, device, boot, at, errorMs }),
    last: (target: string) => scope.call("telemetry.last", { ...as, target }),
    series: (target: string, metrics: readonly string[], range: { from: number; to: number }, maxBuckets: number) =>
      scope.call("telemetry.series", { ...as, target, metrics: [...metrics], range: { ...range }, maxBuckets }),
    watch: (targets: readonly string[], handler: (batch: Batch) => void) => {
      for (const target of targets) requireTarget(scope, target);
      const args = (handle: number) => ({ ...as, handle, targets: [...targets] });
      return scope.open("watch", "telemetry.watch", args, ({ batch }: { batch: Batch }) => handler(batch));
    },
  };
  return telemetry as Telemetry;
}

const ownBatch = (batch: Batch): Batch & { channel: string } => ({
  ...batch,
  at: ownColumn(batch.at),
  columns: Object.fromEntries(Object.entries(batch.columns).map(([metric, column]) => [metric, ownColumn(column)])),
});

/** Events. */
export function remoteEvents(scope: RemoteScope): EventBus {
  const events = {
    publish: (type: string, payload: unknown) => {
      scope.live();
      mayPublish(scope, type);
      scope.cast("events.publish", { type, payload });
    },
    subscribe: (
      pattern: string,
      handler: (event: VatioEvent, signal: AbortSignal) => void | Promise<void>,
      options?: ArgsOf<"events.subscribe">["options"],
    ) => {
      const args = (handle: number) => ({ handle, pattern, ...(options && { options: { ...options } }) });
      return scope.open(
        "event subscription",
        "events.subscribe",
        args,
        ({ event }: { event: VatioEvent }, { signal }) => handler(event, signal),
      );
    },
  };
  return events as EventBus;
}

/** Commands. */
export function remoteCommands(scope: RemoteScope, as: As): CommandBus {
  const commands = {
    handle: (name: string, handler: (input: unknown, call: CommandCall) => Promise<unknown>) => {
      mayHandle(scope, name);
      const run = async ({ input, actor }: { input: unknown; actor: Actor }, { signal }: { signal: AbortSignal }) => {
        const handed = scope.actors.hand(actor);
        const busy = scope.opened.hold("command");
        try {
          return await handler(input, { signal, actor });
        } finally {
          busy[Symbol.dispose]();
          handed[Symbol.dispose]();
        }
      };
      return scope.open("command handler", "commands.handle", (handle) => ({ handle, name }), run);
    },
    call: (name: string, input: unknown, options: { timeout?: number; signal?: AbortSignal } = {}) => {
      const { timeout, signal } = options;
      const args = { ...as, name, input, ...(timeout !== undefined && { timeout }) };
      return scope.call("commands.call", args, signal ? { signal } : {});
    },
  };
  return commands as CommandBus;
}

/** MQTT. */
export function remoteMqtt(scope: RemoteScope): Mqtt {
  return {
    subscribe: (filter, handler, { observe } = {}) => {
      scope.live();
      requireFilter(scope, filter);
      const args = (handle: number) => ({ handle, filter, ...(observe !== undefined && { observe }) });
      return scope.open("mqtt subscription", "mqtt.subscribe", args, async ({ message }: { message: MqttMessage }) => {
        const busy = scope.opened.hold("mqtt message");
        try {
          await handler(message);
        } finally {
          busy[Symbol.dispose]();
        }
      });
    },
    publish: async (topic, payload, options) => {
      requireTopic(scope, topic);
      const own = typeof payload === "string" ? payload : ownBytes(payload);
      await scope.call("mqtt.publish", { topic, payload: own, ...(options && { options: { ...options } }) });
    },
  };
}

import { deviceOf, isChannelId } from "@vatio/model";
import type { Action, Actor, Batch, ChannelId, PointId, Telemetry } from "@vatio/plugin-api";
import type { Resource } from "../../auth/types.js";
import { Mailbox } from "../../bus/mailbox.js";
import type { PluginScope } from "../scope.js";
import { requireOwnDevice, requireTarget } from "./checks.js";
import { noteDevice } from "./note-device.js";

/** Batches that may wait for a watcher that is slower than the meters. */
const WATCH_CAPACITY = 1024;

type Target = PointId | ChannelId;

/** Readings, as far as the plugin's permissions go, and no further than what the actor may see. */
export function telemetryService(scope: PluginScope, actor?: Actor): Telemetry {
  const { telemetry: store } = scope.services;
  const check = (action: Action, target: Target): void => {
    if (action === "read") requireTarget(scope, target);
    if (actor) scope.services.authorizer.require(actor, action, resourceOf(target));
  };
  return {
    write: (batches, frame) => {
      // Not an async function: at a high rate its promises would cost more than the write.
      try {
        scope.live();
        scope.permissions.require("telemetry.write");
        const list = Array.isArray(batches) ? (batches as readonly Batch[]) : [batches as Batch];
        for (const { channel } of actor ? list : []) check("manage", channel);
        for (const { channel } of list) noteDevice(scope, deviceOf(channel));
        const options = frame === undefined ? { driver: scope.id } : { driver: scope.id, frame };
        return scope.serve(() => store.write(list, options));
      } catch (error) {
        return Promise.reject(error);
      }
    },
    bootedAt: async (device, boot, at, errorMs) => {
      scope.live();
      scope.permissions.require("telemetry.write");
      if (actor) scope.services.authorizer.require(actor, "manage", { kind: "device", id: device });
      requireOwnDevice(scope, device);
      return scope.serve(() => store.bootedAt(device, boot, at, errorMs));
    },
    last: async (target) => {
      scope.live();
      check("read", target);
      return scope.serve(() => store.last(target));
    },
    series: async (target, metrics, range, maxBuckets) => {
      scope.live();
      check("read", target);
      return scope.serve(() => store.series({ target, metrics, range, maxBuckets }));
    },
    watch: (targets, handler) => {
      scope.live();
      for (const target of targets) check("read", target);
      return scope.serve(() => watch(scope, targets, handler));
    },
  };
}

function watch(scope: PluginScope, targets: readonly Target[], handler: (batch: Batch) => void): Disposable {
  const { telemetry, points } = scope.services;
  const wanted = new Set<string>(targets);
  const mailbox = watchMailbox(scope, handler);
  const listener = telemetry.onBatch((batch) => {
    const point = points.pointOf(batch.channel);
    if (wanted.has(batch.channel) || (point !== undefined && wanted.has(point))) mailbox.push(copyOf(batch));
  });
  return scope.opened.push("watch", () => {
    listener[Symbol.dispose]();
    mailbox.close();
  });
}

function watchMailbox(scope: PluginScope, handler: (batch: Batch) => unknown): Mailbox<Batch> {
  const failed = (error: unknown): void => scope.failed(error, "watch");
  return new Mailbox<Batch>({
    capacity: WATCH_CAPACITY,
    overflow: "drop-oldest",
    keyOf: ({ channel }) => channel,
    onDropped: (count) => scope.count("watch-dropped", "mailbox-full", count),
    onOverflow: () => undefined,
    deliver: (batch) => {
      try {
        const done = scope.enter(() => handler(batch), "watch");
        return done instanceof Promise ? done.catch(failed) : undefined;
      } catch (error) {
        return failed(error);
      }
    },
  });
}

/** The store goes on working with the arrays of a batch: a watcher gets its own. */
const copyOf = (batch: Batch): Batch => ({
  ...batch,
  at: batch.at.slice(),
  columns: Object.fromEntries(Object.entries(batch.columns).map(([metric, column]) => [metric, column.slice()])),
});

const resourceOf = (target: Target): Resource =>
  isChannelId(target) ? { kind: "channel", id: target } : { kind: "point", id: target };

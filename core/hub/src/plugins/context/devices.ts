import type { Actor, DeviceId, Devices, KnownDevice } from "@vatio/plugin-api";
import type { DeviceRecord } from "../../registry/types.js";
import type { HistoryTable } from "../history-table.js";
import { messageInHand } from "../message-in-hand.js";
import type { PluginScope } from "../scope.js";
import { requireOwnDevice } from "./checks.js";
import { noteDevice } from "./note-device.js";

/** The devices of the plugin, as a driver; limited to those that the actor may read, or manage. */
export function devicesService(scope: PluginScope, histories: HistoryTable, actor?: Actor): Devices {
  const { devices, authorizer } = scope.services;
  const mayManage = (): void => {
    scope.live();
    if (actor) authorizer.require(actor, "manage", { kind: "plugin", id: scope.id });
  };
  return {
    announce: async (description) => {
      mayManage();
      const announced = await scope.serve(() => devices.announce(scope.id, description));
      if (announced.state !== "refused") noteDevice(scope, announced.id);
      return announced;
    },
    available: (device, online, reason) => {
      mayManage();
      requireOwnDevice(scope, device);
      noteDevice(scope, device);
      scope.serve(() => devices.available(scope.id, device, online, reason));
    },
    rejected: (message, reason, device) => {
      mayManage();
      if (device !== undefined) requireOwnDevice(scope, device);
      if (device !== undefined) messageInHand()?.devices.add(device);
      scope.serve(() => devices.rejected(scope.id, message, reason, device));
    },
    observed: (device, message) => {
      mayManage();
      requireOwnDevice(scope, device);
      messageInHand()?.devices.add(device);
      scope.serve(() => devices.observed(device, message));
    },
    provideHistory: (read) => {
      mayManage();
      return scope.serve(() => {
        const provided = histories.provide(scope, read);
        return scope.opened.push("history provider", () => provided[Symbol.dispose]());
      });
    },
    list: async () =>
      scope.serve(() =>
        devices
          .list()
          .filter(({ id, driver }) => driver === scope.id && mayRead(scope, actor, id))
          .map(toKnown),
      ),
  };
}

const mayRead = (scope: PluginScope, actor: Actor | undefined, id: DeviceId): boolean =>
  actor === undefined || scope.services.authorizer.can(actor, "read", { kind: "device", id });

const toKnown = ({ id, state, hardwareId, name, online, channels }: DeviceRecord): KnownDevice => ({
  id,
  state,
  hardwareId,
  name,
  online,
  channels: Object.fromEntries(channels.map((channel) => [channel.key, channel.id])),
});

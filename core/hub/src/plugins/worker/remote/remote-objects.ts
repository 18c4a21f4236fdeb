import type { Batch, ChannelId, Devices, Points, Range, Sites, Slots } from "@vatio/plugin-api";
import { requireOwnDevice } from "../../context/checks.js";
import { historyStream } from "./history-stream.js";
import type { As } from "./remote-planes.js";
import type { ArgsOf, RemoteScope } from "./remote-scope.js";

/** Devices of the plugin. */
export function remoteDevices(scope: RemoteScope, as: As): Devices {
  const devices = {
    announce: (device: ArgsOf<"devices.announce">["device"]) =>
      scope.call("devices.announce", { ...as, device: structuredClone(device) }),
    available: (device: string, online: boolean, reason?: ArgsOf<"devices.available">["reason"]) => {
      requireOwnDevice(scope, device);
      scope.cast("devices.available", { ...as, device, online, ...(reason && { reason }) });
    },
    rejected: (
      message: ArgsOf<"devices.rejected">["message"],
      reason: ArgsOf<"devices.rejected">["reason"],
      device?: string,
    ) => {
      if (device !== undefined) requireOwnDevice(scope, device);
      scope.cast("devices.rejected", { ...as, message, reason, ...(device !== undefined && { device }) });
    },
    observed: (device: string, message: ArgsOf<"devices.observed">["message"]) => {
      requireOwnDevice(scope, device);
      scope.cast("devices.observed", { ...as, device, message });
    },
    provideHistory: (read: (channel: ChannelId, range: Range, signal: AbortSignal) => AsyncIterable<Batch>) =>
      scope.open(
        "history provider",
        "devices.provideHistory",
        (handle) => ({ handle }),
        ({ channel, range }: { channel: ChannelId; range: Range }) =>
          scope.link.send(historyStream((signal) => read(channel, range, signal), scope.signal)),
      ),
    list: () => scope.call("devices.list", as),
  };
  return devices as Devices;
}

/** Sites that the actor may read. */
export const remoteSites = (scope: RemoteScope, as: As): Sites => ({
  list: () => scope.call("sites.list", as),
  get: (id) => scope.call("sites.get", { ...as, id }),
});

/** Points that the actor may read. */
export const remotePoints = (scope: RemoteScope, as: As): Points => ({
  list: () => scope.call("points.list", as),
  get: (id) => scope.call("points.get", { ...as, id }),
  assignments: (id) => scope.call("points.assignments", { ...as, id }),
});

/** Energy of points that the actor may read. */
export const remoteSlots = (scope: RemoteScope, as: As): Slots => ({
  read: (point, range) => scope.call("slots.read", { ...as, point, range: { from: range.from, to: range.to } }),
  daily: (point, from, to) => scope.call("slots.daily", { ...as, point, from, to }),
});

import { driverOf } from "@vatio/model";
import { type DeviceId, VatioError } from "@vatio/plugin-api";
import { messageInHand } from "../message-in-hand.js";
import type { PluginScope } from "../scope.js";

/** @throws E_PERMISSION for a device of another driver */
export function requireOwnDevice(scope: PluginScope, device: DeviceId): void {
  if (driverOf(device) === scope.id) return;
  const message = `${device} does not belong to the plugin ${scope.id}: a driver speaks for its own devices only.`;
  throw new VatioError("E_PERMISSION", message, { details: { device } });
}

/** The message whose handler runs turned out to be about a device: it appears on the page of that device, once. */
export function noteDevice(scope: PluginScope, device: DeviceId): void {
  const inHand = messageInHand();
  if (!inHand || inHand.devices.has(device)) return;
  inHand.devices.add(device);
  scope.serve(() => scope.services.devices.observed(device, inHand.message));
}

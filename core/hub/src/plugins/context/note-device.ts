import type { DeviceId } from "@vatio/plugin-api";
import { messageInHand } from "../message-in-hand.js";
import type { PluginScope } from "../scope.js";

/** The message whose handler runs turned out to be about a device: it appears on the page of that device, once. */
export function noteDevice(scope: PluginScope, device: DeviceId): void {
  const inHand = messageInHand();
  if (!inHand || inHand.devices.has(device)) return;
  inHand.devices.add(device);
  scope.serve(() => scope.services.devices.observed(device, inHand.message));
}

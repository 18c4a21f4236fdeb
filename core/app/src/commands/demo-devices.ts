import { type DeviceId, deviceId, type PluginId } from "@vatio/plugin-api";
import type { Appliance } from "@vatio/plugin-demo/simulator";

/** The device by which a simulated appliance is measured. */
export const simulatedDevice = ({ device, hardwareId }: Appliance): DeviceId =>
  deviceId((device === "enertrack" ? "esp32-meter" : "shelly") as PluginId, hardwareId);

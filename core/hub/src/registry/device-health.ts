import { type DeviceId, type PluginId, type PluginState, text } from "@vatio/plugin-api";
import type { HubEvents } from "../bus/event-bus.js";
import type { HealthTree } from "../health.js";
import type { DeviceRecord, DeviceRegistry } from "./types.js";

/** What the health of devices follows. */
export interface DeviceHealthOptions {
  readonly devices: DeviceRegistry;
  readonly events: HubEvents;
  readonly health: HealthTree;
}

/** In these states, as when it is not installed, a driver says nothing of its devices: they are left out. */
const SILENT_DRIVER: ReadonlySet<PluginState> = new Set(["disabled", "incompatible", "stopped"]);

/** Keeps a node of the health tree for every accepted device, below the node of its driver. */
export function followDeviceHealth(options: DeviceHealthOptions): Disposable {
  const { hub } = options.events;
  const health = new DeviceHealth(options);
  const drivers = hub.subscribe("plugin.state", ({ payload }) => health.driverChanged(payload.plugin, payload.to));
  const devices = hub.subscribe("device.*", ({ type, payload }) => {
    if (type === "device.availability") health.heard(payload.device);
    else health.refresh(payload.device);
  });
  return {
    [Symbol.dispose]: () => {
      drivers[Symbol.dispose]();
      devices[Symbol.dispose]();
    },
  };
}

class DeviceHealth {
  readonly #devices: DeviceRegistry;
  readonly #health: HealthTree;
  readonly #shown = new Map<DeviceId, string>();
  /** Those of which their driver said whether they are there, since the hub started. */
  readonly #heard = new Set<DeviceId>();
  readonly #drivers = new Set<PluginId>();

  constructor({ devices, health }: DeviceHealthOptions) {
    this.#devices = devices;
    this.#health = health;
  }

  heard(id: DeviceId): void {
    this.#heard.add(id);
    this.refresh(id);
  }

  refresh(id: DeviceId): void {
    const device = this.#devices.get(id);
    if (device) this.show(device);
    else this.hide(id);
  }

  show(device: DeviceRecord): void {
    const { id, driver, name, online, offlineReason } = device;
    if (device.state !== "active" || !this.#drivers.has(driver)) {
      this.hide(id);
      return;
    }
    const path = `plugins/${driver}/${id}`;
    this.#shown.set(id, path);
    if (online) this.#health.set(path, "ok", text("health.device-online", { device: name }));
    else if (!this.#heard.has(id)) this.#health.set(path, "ok", text("health.device-unheard", { device: name }));
    else this.#health.set(path, "degraded", offlineReason ?? text("health.device-offline", { device: name }));
  }

  hide(id: DeviceId): void {
    const path = this.#shown.get(id);
    this.#shown.delete(id);
    if (path !== undefined) this.#health.delete(path);
  }

  driverChanged(plugin: PluginId, state: PluginState): void {
    const speaks = !SILENT_DRIVER.has(state);
    if (speaks === this.#drivers.has(plugin)) return;
    if (speaks) this.#drivers.add(plugin);
    else this.#drivers.delete(plugin);
    for (const device of this.#devices.list()) if (device.driver === plugin) this.show(device);
  }
}

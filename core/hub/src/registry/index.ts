export { Admission, type Admitted, PENDING_BATCHES_PER_MINUTE } from "./admission.js";
export { admittingStore } from "./admitting-store.js";
export { followDeviceHealth } from "./device-health.js";
export { createDeviceRegistry, type DeviceRegistryOptions, MOST_PENDING } from "./devices.js";
export { createPointRegistry } from "./points.js";
export type { Publish } from "./publish.js";
export { createSiteRegistry, type PlacesOptions } from "./sites.js";
export type * from "./types.js";

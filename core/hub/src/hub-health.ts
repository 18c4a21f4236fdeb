import { text } from "@vatio/plugin-api";
import type { HubParts } from "./hub-parts.js";

/** Says what the databases do. What had to be repaired at the start stays in view until the next one. */
export function describeDatabases({ health, state }: Pick<HubParts, "health" | "state">): void {
  health.fine("hub/store", text("health.store-ok"));
  health.fine("hub/state", text("health.state-ok"));
  if (state.repairs.length > 0) {
    health.set("hub/state", "degraded", text("health.store-repaired", { what: state.repairs.join(" ") }));
  }
}

/** Says where the hub is reached. */
export function describeListeners(
  { config, health, mqtt }: Pick<HubParts, "config" | "health" | "mqtt">,
  http: number,
): void {
  health.fine("hub/http", text("health.http-ok", { port: String(http) }));
  const broker = mqtt.address();
  if (broker) health.fine("hub/mqtt", text("health.mqtt-ok", { port: String(broker.port) }));
  else health.fine("hub/mqtt", text("health.broker-ok", { url: config.mqtt.external?.url ?? "" }));
}

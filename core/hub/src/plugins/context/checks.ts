import { driverOf, isChannelId } from "@vatio/model";
import { type DeviceId, type PluginId, SHARED_COMMANDS, VatioError } from "@vatio/plugin-api";
import { filterProblem, topicProblem } from "../../mqtt/topic-filter.js";
import type { PermissionSet } from "../permissions.js";

/** Who is checked: the same in the hub and in a worker, where a call that returns nothing must throw at once. */
export interface Checked {
  readonly id: PluginId;
  readonly permissions: PermissionSet;
  live(): void;
}

const isOwn = ({ id }: Checked, name: string): boolean => name.startsWith(`${id}.`);

/** @throws E_PERMISSION for an event outside of the plugin's name space and its permissions */
export function mayPublish(who: Checked, type: string): void {
  if (!isOwn(who, type)) who.permissions.requireFor("events.publish", type);
}

/** @throws E_PERMISSION for a command that is neither the plugin's own nor shared */
export function mayHandle(who: Checked, name: string): void {
  who.live();
  if (isOwn(who, name) || Object.hasOwn(SHARED_COMMANDS, name)) return;
  const message = `The plugin ${who.id} handles its own commands (${who.id}.…) and the shared ones; ${name} is neither.`;
  throw new VatioError("E_PERMISSION", message, { details: { name } });
}

/** @throws E_PERMISSION for a command that the plugin may not call */
export function mayCall(who: Checked, name: string): void {
  who.live();
  if (!isOwn(who, name)) who.permissions.requireFor("commands.call", name);
}

/** @throws E_PERMISSION for readings that are not of the plugin's own devices, without `telemetry.read` */
export function requireTarget(who: Checked, target: string): void {
  who.live();
  if (!isChannelId(target) || driverOf(target) !== who.id) who.permissions.require("telemetry.read");
}

/** @throws E_INPUT_INVALID, E_PERMISSION */
export function requireFilter(who: Checked, filter: string): void {
  refuse("filter", filter, filterProblem(filter));
  who.permissions.requireFor("mqtt.subscribe", filter);
}

/** @throws E_INPUT_INVALID, E_PERMISSION */
export function requireTopic(who: Checked, topic: string): void {
  refuse("topic", topic, topicProblem(topic));
  who.permissions.requireFor("mqtt.publish", topic);
}

function refuse(what: string, value: string, problem: string | undefined): void {
  if (problem === undefined) return;
  throw new VatioError("E_INPUT_INVALID", `"${value}" is not an MQTT ${what}: ${problem}.`, { details: { problem } });
}

/** @throws E_INPUT_INVALID, E_PERMISSION */
export function requireSocketPath(who: Checked, path: string): void {
  who.permissions.require("http");
  if (!path.startsWith("/")) throw new VatioError("E_INPUT_INVALID", `The path of a socket begins with "/": ${path}.`);
}

/** @throws E_PERMISSION for a device of another driver */
export function requireOwnDevice(who: Checked, device: string): void {
  who.live();
  if (driverOf(device as DeviceId) === who.id) return;
  const message = `${device} does not belong to the plugin ${who.id}: a driver speaks for its own devices only.`;
  throw new VatioError("E_PERMISSION", message, { details: { device } });
}

import type { DeviceId, Instant, Text } from "@vatio/plugin-api";
import type { Publish } from "./publish.js";

/** What is known of a device's presence. */
export interface PresenceState {
  readonly online: boolean;
  readonly reason?: Text;
  readonly seenAt: Instant;
}

/** Which devices are there now, and when each was seen last. Says only what changes. */
export class Presence {
  readonly #publish: Publish;
  readonly #seen = new Map<DeviceId, Instant>();
  readonly #online = new Map<DeviceId, { readonly online: boolean; readonly reason?: Text }>();

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  set(device: DeviceId, online: boolean, reason?: Text): void {
    const before = this.#online.get(device);
    const now = reason === undefined ? { online } : { online, reason };
    this.#online.set(device, now);
    if ((before?.online ?? false) === online && before?.reason?.key === reason?.key) return;
    this.#publish("device.availability", { device, ...now });
  }

  /** Never goes back: messages from an inbox are older than what came live. */
  seen(device: DeviceId, at: Instant): void {
    if (at > (this.#seen.get(device) ?? 0)) this.#seen.set(device, at);
  }

  seenAt(device: DeviceId): Instant | undefined {
    return this.#seen.get(device);
  }

  of(device: DeviceId, addedAt: Instant): PresenceState {
    return { online: false, ...this.#online.get(device), seenAt: this.#seen.get(device) ?? addedAt };
  }

  forget(device: DeviceId): void {
    this.#seen.delete(device);
    this.#online.delete(device);
  }
}

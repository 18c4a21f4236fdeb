import { type DeviceDescription, type DeviceId, deviceId, type Instant, type Text } from "@vatio/plugin-api";
import { type DeviceFacts, describeDevice } from "./device-facts.js";
import type { ComponentStates } from "./gen2/decode-status.js";
import { SteadyGauges } from "./gen2/steady-gauges.js";

/** One Shelly as this run of the plugin knows it. */
export class ShellyDevice {
  readonly id: DeviceId;
  readonly hardwareId: string;
  /** What earlier payloads of this run said of its components (Gen2 and later). */
  states: ComponentStates = new Map();
  /** Gauges that it told last (Gen2 and later). */
  readonly gauges = new SteadyGauges();
  /** Last state of each switch that the device told, by channel. */
  readonly outputs = new Map<string, boolean>();
  /** How far its clock was ahead when it was last asked. */
  skewMs: number | undefined;
  /** Revision of its configuration when it was last read. */
  configRevision: number | undefined;
  /** What the newest message proved; undefined before the first one. */
  presence: { readonly online: boolean; readonly reason?: Text } | undefined;
  /** Arrival of its last message below its own prefix. */
  heardAt: Instant | undefined;
  /** What the hub was last told. */
  toldOnline: boolean | undefined;
  /** Last payload over HTTP; such a device has no last will. */
  postedAt: Instant | undefined;
  /** It reports a power that a person typed in (Gen1 without a meter). */
  typedPower = false;
  /** Whether this run has already tried to ask it who it is. */
  interviewed = false;
  /** Whether the hub has heard of it, in this run or in an earlier one. */
  announced = false;
  /** Whether the facts are in the plugin's documents as they are. */
  stored = false;
  #facts: DeviceFacts;
  #description: DeviceDescription;

  constructor(facts: DeviceFacts) {
    this.hardwareId = facts.hardwareId;
    this.id = deviceId("shelly", facts.hardwareId);
    this.#facts = facts;
    this.#description = describeDevice(facts);
  }

  get facts(): DeviceFacts {
    return this.#facts;
  }

  /** The same object until the facts change, so that announcing it again costs nothing. */
  get description(): DeviceDescription {
    return this.#description;
  }

  /** @returns whether that was new */
  learn(facts: DeviceFacts): boolean {
    if (facts === this.#facts) return false;
    this.#facts = facts;
    this.#description = describeDevice(facts);
    this.stored = false;
    return true;
  }
}

import type { DeviceId, MqttMessage } from "@vatio/plugin-api";
import { CallSlot } from "../call-slot.js";

/** A message that a handler works on, and the devices that it turned out to be about. */
export interface MessageInHand {
  readonly message: MqttMessage;
  readonly devices: Set<DeviceId>;
}

const current = new CallSlot<MessageInHand>();

/** Runs the handler of a message: what it then announces or writes shows to which device the message belongs. */
export const withMessage = <T>(inHand: MessageInHand | undefined, call: () => T): T => current.run(inHand, call);

/** The message whose handler runs here. */
export const messageInHand = (): MessageInHand | undefined => current.get();

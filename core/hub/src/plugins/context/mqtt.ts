import type { DeviceId, Mqtt, MqttMessage } from "@vatio/plugin-api";
import { withMessage } from "../message-in-hand.js";
import type { PluginScope } from "../scope.js";
import { requireFilter, requireTopic } from "./checks.js";
import { noteFailure } from "./contain.js";

type Handler = (message: MqttMessage) => void | Promise<void>;

/** MQTT, as far as the plugin's permissions go. */
export function mqttService(scope: PluginScope): Mqtt {
  const { delivery, transport } = scope.services.mqtt;
  return {
    subscribe: (filter, handler, options) => {
      scope.live();
      requireFilter(scope, filter);
      return scope.serve(() => {
        const subscription = delivery.subscribe(scope.id, filter, containedHandler(scope, handler), options);
        return scope.opened.push("mqtt subscription", () => subscription[Symbol.dispose]());
      });
    },
    publish: async (topic, payload, options) => {
      scope.live();
      requireTopic(scope, topic);
      return scope.serve(() => transport.publish(topic, payload, options));
    },
  };
}

const isThenable = (work: void | Promise<void>): work is Promise<void> => typeof work?.then === "function";

/** What a handler throws decides about the acknowledgement, and is never held against the plugin: whoever sends rubbish could stop it. */
function containedHandler(scope: PluginScope, handler: Handler): Handler {
  return (message) => {
    const inHand = { message, devices: new Set<DeviceId>() };
    const busy = scope.opened.hold("mqtt message");
    const ended = (): void => busy[Symbol.dispose]();
    const failed = (error: unknown): never => {
      ended();
      throw noteFailure(scope, "mqtt", error);
    };
    try {
      const work = withMessage(inHand, () => scope.enter(() => handler(message), "mqtt"));
      if (isThenable(work)) return work.then(ended, failed);
    } catch (error) {
      return failed(error);
    }
    return ended();
  };
}

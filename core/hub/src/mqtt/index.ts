export { type BrokerLimits, DEFAULT_BROKER_LIMITS } from "./broker-limits.js";
export type { BrokerAddress } from "./broker-listeners.js";
export { type CreateMqttOptions, createMqtt, type HubMqtt } from "./create-mqtt.js";
export type { CreatedCredential, Login, NewDeviceCredential, NewIntegration } from "./mqtt-credentials.js";
export { MqttCredentials } from "./mqtt-credentials.js";
export type { Refusal } from "./refusal-log.js";
export { type DeviceTopics, deviceOnWire, templateProblem } from "./rights.js";
export { filterCovers, filterProblem, filtersOverlap, topicMatches, topicProblem } from "./topic-filter.js";
export type {
  CredentialKind,
  MessageSink,
  MqttCredential,
  MqttDelivery,
  MqttTransport,
  TransportStatus,
} from "./types.js";

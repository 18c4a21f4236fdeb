export { CONNECTION_LIMITS } from "./connection.js";
export { LiveGateway } from "./gateway.js";
export { SOCKET_LIMITS } from "./open-sockets.js";
export { LIVE_LIMITS } from "./outbox.js";
export { SUBSCRIPTION_LIMITS } from "./subscriptions.js";

import type { ExternalBrokerConfig } from "../../config/types.js";
import { defineRoute } from "../define-route.js";
import { type DeviceSetupDto, DeviceSetupDto as DeviceSetupSchema } from "../dto.js";
import { hostAddresses } from "../host-addresses.js";
import type { RouteContext } from "../route-context.js";
import { withoutUndefined } from "../without-undefined.js";

type Broker = Omit<DeviceSetupDto, "families">;

/** What a person types into a device. */
export const deviceSetupRoute = defineRoute({
  method: "GET",
  path: "/devices/setup",
  tag: "Devices",
  summary: "What to type into a device: host, port, user, password, prefix",
  action: "manage",
  response: DeviceSetupSchema,
  handler: async (_input, hub) => ({ ...(await brokerOf(hub)), families: familiesOf(hub) }),
});

function brokerOf(hub: RouteContext): Broker | Promise<Broker> {
  const { external } = hub.config.mqtt;
  return external ? externalBroker(external) : embeddedBroker(hub);
}

function externalBroker({ url }: ExternalBrokerConfig): Broker {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === "mqtts:";
  const shown = Number(port) || (secure ? 8883 : 1883);
  // The hub's own credentials of that broker are not for devices.
  return {
    hosts: [hostname],
    port: shown,
    ...(secure ? { tlsPort: shown } : {}),
    username: "",
    password: "",
    external: true,
  };
}

async function embeddedBroker({ config, mqttCredentials, mqttPort }: RouteContext): Promise<Broker> {
  const { username, password } = await mqttCredentials.onboarding();
  return withoutUndefined({
    hosts: hostAddresses(config.bind),
    port: mqttPort?.() ?? config.mqtt.embedded?.port ?? DEFAULT_PORT,
    tlsPort: config.mqtt.embedded?.tls?.port,
    username,
    password,
    external: false,
  });
}

/** IANA: mqtt. */
const DEFAULT_PORT = 1883;

function familiesOf({ plugins }: RouteContext): DeviceSetupDto["families"] {
  return plugins
    .list()
    .filter(({ state }) => state !== "disabled" && state !== "incompatible")
    .flatMap(({ id, manifest }) =>
      (manifest.deviceSetup ?? []).map((setup) => ({ plugin: id, ...setup, steps: [...setup.steps] })),
    );
}

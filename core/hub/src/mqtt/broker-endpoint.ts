import { VatioError } from "@vatio/plugin-api";
import type { ExternalBrokerConfig } from "../config/types.js";

/** Where an external broker is. */
export interface BrokerEndpoint {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Name that the certificate must have, when it is not the host. */
  readonly serverName?: string;
  /** For people: without user name and password. */
  readonly url: string;
  readonly clientId: string;
}

/**
 * The endpoint that a configuration names. User name and password have settings of their own: those in the URL are not used.
 * @throws E_CONFIG_INVALID
 */
export function readEndpoint({ url, clientId, tls }: ExternalBrokerConfig): BrokerEndpoint {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const secure = parsed?.protocol === "mqtts:";
  if (!parsed || (!secure && parsed.protocol !== "mqtt:") || parsed.hostname === "") {
    const message = "mqtt.url must be mqtt://host:1883 or mqtts://host:8883.";
    throw new VatioError("E_CONFIG_INVALID", message, { details: { path: "mqtt.url" } });
  }
  const port = Number(parsed.port) || (secure ? 8883 : 1883);
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  const serverName = tls?.serverName;
  return {
    host,
    port,
    secure,
    clientId,
    url: `${parsed.protocol}//${parsed.host}`,
    ...(serverName !== undefined && { serverName }),
  };
}

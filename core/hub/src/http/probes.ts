import { isIP } from "node:net";
import { VatioError } from "@vatio/plugin-api";
import type { Registry } from "prom-client";
import type { AppContext } from "./app-env.js";
import { METRICS_TYPE, metricsText } from "./hub-metrics.js";
import type { RouteContext } from "./route-context.js";
import { identify } from "./security/identify.js";
import { plainAddress } from "./security/trusted-proxies.js";

const NO_STORE = { "cache-control": "no-store" };

/** Whether the process answers. */
export const healthz = (): Response => new Response("ok\n", { headers: NO_STORE });

/**
 * Whether the hub takes readings. Says no more: it is public. What a plugin or a device does is not asked: readings for a plugin that failed
 * go to its inbox, and starting the hub again would mend neither.
 */
export function readyz({ health }: Pick<RouteContext, "health">): Response {
  const ready = health.status("hub") !== "failed";
  return new Response(ready ? "ready\n" : "not ready\n", { status: ready ? 200 : 503, headers: NO_STORE });
}

/** Metrics for Prometheus. @throws E_AUTH_REQUIRED unless asked with a metrics token or from this machine */
export async function prometheus(c: AppContext, hub: RouteContext, registry: Registry): Promise<Response> {
  const caller = isLocal(c) ? undefined : await identify(c.get("facts"), hub.accounts);
  const allowed = caller === undefined || (caller.via === "token" && caller.apiToken.scope === "metrics");
  if (!allowed)
    throw new VatioError(
      "E_AUTH_REQUIRED",
      "Metrics are for this machine, or for an API token of the scope `metrics`.",
    );
  return new Response(await metricsText(registry), { headers: { ...NO_STORE, "content-type": METRICS_TYPE } });
}

const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/**
 * Whether this machine itself asks. A reverse proxy on it asks for others and says so in a header; a page of another
 * site that made its own name point here sends that name as the host.
 */
function isLocal(c: AppContext): boolean {
  const peer = plainAddress(c.env?.incoming?.socket?.remoteAddress ?? "");
  const { hostname } = new URL(c.req.url);
  return (
    isLoopback(peer) &&
    !FORWARDED.some((name) => c.req.header(name) !== undefined) &&
    (hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, "")))
  );
}

const isLoopback = (address: string): boolean =>
  address === "::1" || (isIP(address) === 4 && address.startsWith("127."));

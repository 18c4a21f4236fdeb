import { type ByteStreams, type Net, VatioError } from "@vatio/plugin-api";
import { classOfAddress } from "../net/address-class.js";
import type { PluginScope } from "../scope.js";
import { contain } from "./contain.js";
import { followRedirect } from "./redirect.js";

/** As many as browsers follow. */
const MAX_REDIRECTS = 20;

/** The network, as far as the plugin's permissions go. */
export function netService(scope: PluginScope): Net {
  const { lan } = scope.services;
  return {
    fetch: async (input, init) => {
      scope.live();
      const given = toRequest(input, init);
      return fetchChecked(scope, new Request(given, { signal: AbortSignal.any([given.signal, scope.signal]) }));
    },
    tcp: async (host, port, signal) => {
      scope.live();
      const addresses = await scope.serve(() => allowedAddresses(scope, host));
      const either = AbortSignal.any([signal, scope.signal]);
      const streams = await scope.serve(() => lan.connect({ host, port, addresses }, either));
      return ownStreams(scope, streams);
    },
    browse: (service, found) => {
      scope.live();
      scope.permissions.require("net.lan");
      return scope.serve(() => {
        const browser = lan.browse(service, (record) => contain(scope, "browse", () => found(record)));
        return scope.opened.push("browser", () => browser[Symbol.dispose]());
      });
    },
  };
}

/** A stopped plugin holds no connection. */
function ownStreams(scope: PluginScope, streams: ByteStreams): ByteStreams {
  const open = scope.opened.push("connection", () => streams.close());
  return { readable: streams.readable, writable: streams.writable, close: () => open[Symbol.dispose]() };
}

async function fetchChecked(scope: PluginScope, first: Request): Promise<Response> {
  let request = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { protocol, hostname } = new URL(request.url);
    if (protocol !== "http:" && protocol !== "https:") throw badProtocol(protocol);
    const unread = request.body === null ? request : request.clone();
    const addresses = await scope.serve(() => allowedAddresses(scope, hostname));
    const response = await scope.serve(() => scope.services.lan.fetch(request, addresses));
    const redirected = followRedirect(unread, response);
    if (!redirected) return markRedirected(response, redirects > 0);
    await response.body?.cancel().catch(() => undefined);
    request = redirected;
  }
  throw new VatioError("E_NET_UNREACHABLE", `${first.url} redirects without end.`);
}

function markRedirected(response: Response, redirected: boolean): Response {
  if (redirected) Object.defineProperty(response, "redirected", { value: true });
  return response;
}

/**
 * The addresses of a host that the plugin may call.
 * @throws E_PERMISSION when there are addresses but none of them is allowed
 */
async function allowedAddresses(scope: PluginScope, host: string): Promise<readonly string[]> {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  const named = scope.permissions.covers("net.host", name);
  if (!named && !scope.permissions.has("net.lan") && !scope.permissions.has("net.internet")) throw refused(scope, host);
  const addresses = await scope.services.lan.resolve(name);
  const allowed = addresses.filter((address) => {
    const kind = classOfAddress(address);
    return kind !== "none" && (named || scope.permissions.has(`net.${kind}`));
  });
  if (allowed.length === 0) throw refused(scope, host);
  if (!named) scope.permissions.require(classOfAddress(allowed[0] ?? "") === "lan" ? "net.lan" : "net.internet");
  return allowed;
}

function refused(scope: PluginScope, host: string): VatioError {
  scope.count("net-refused", "permission");
  const message = `The plugin ${scope.id} may not reach ${host}: its manifest asks for no permission net.* that covers it.`;
  return new VatioError("E_PERMISSION", message, { details: { host } });
}

const badProtocol = (protocol: string): VatioError =>
  new VatioError("E_INPUT_INVALID", `Only http and https can be fetched, not ${protocol}`);

function toRequest(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VatioError("E_INPUT_INVALID", `This cannot be fetched: ${why}`, { cause });
  }
}

import { type ByteStreams, type Net, type ServiceRecord, VatioError } from "@vatio/plugin-api";
import { type PackedResponse, toStream, unpackResponse } from "../http-packing.js";
import { buffersOf, ownBytes } from "../packing.js";
import type { ArgsOf, RemoteScope } from "./remote-scope.js";

/** The network, through the hub. */
export function remoteNet(scope: RemoteScope): Net {
  return {
    fetch: async (input, init) => {
      scope.live();
      const request = toRequest(input, init);
      const { signal } = request;
      const response = await scope.call("net.fetch", await packFetch(request), { signal });
      return unpackResponse(scope.link, response as PackedResponse);
    },
    tcp: (host, port, signal) => connect(scope, { host, port, signal }),
    browse: (service, found) => {
      scope.live();
      scope.permissions.require("net.lan");
      const args = (handle: number) => ({ handle, service });
      return scope.open("browser", "net.browse", args, ({ record }: { record: ServiceRecord }) => found(record));
    },
  };
}

function toRequest(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VatioError("E_INPUT_INVALID", `This cannot be fetched: ${why}`, { cause });
  }
}

/** The body crosses as a whole: it is sent with its length anyway. */
async function packFetch(request: Request): Promise<ArgsOf<"net.fetch">> {
  const { url, method, redirect, body } = request;
  const headers = [...request.headers].map(([name, value]): [string, string] => [name, value]);
  const packed = { url, method, headers, redirect };
  return body === null ? packed : { ...packed, body: new Uint8Array(await request.arrayBuffer()) };
}

async function connect(
  scope: RemoteScope,
  { host, port, signal }: { host: string; port: number; signal: AbortSignal },
): Promise<ByteStreams> {
  const handle = scope.nextHandle();
  const stream = await scope.call("net.tcp", { handle, host, port }, { signal });
  const open = scope.opened.push("connection", () => scope.close(handle));
  signal.addEventListener("abort", () => open[Symbol.dispose](), { once: true });
  return {
    readable: toStream(scope.link.read(stream)),
    writable: writableOf(scope, handle),
    close: () => open[Symbol.dispose](),
  };
}

function writableOf(scope: RemoteScope, handle: number): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    async write(chunk) {
      const data = ownBytes(chunk);
      await scope.call("net.write", { handle, data }, { transfer: buffersOf([data]) });
    },
    async close() {
      await scope.call("net.end", { handle });
    },
  });
}

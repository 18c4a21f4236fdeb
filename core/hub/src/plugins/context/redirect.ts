import { VatioError } from "@vatio/plugin-api";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that are meant for one origin only. */
const CREDENTIALS = ["authorization", "cookie", "proxy-authorization"];

/** Headers about a body that is not sent again. */
const ABOUT_BODY = ["content-type", "content-length", "content-encoding", "content-language", "content-location"];

/**
 * The request that a redirect asks for (Fetch standard, "HTTP-redirect fetch"); undefined when the response is the answer.
 * @param request the redirected request with its body unread
 * @throws E_NET_UNREACHABLE when the request forbids redirects
 */
export function followRedirect(request: Request, response: Response): Request | undefined {
  const location = response.headers.get("location");
  if (!REDIRECTS.has(response.status) || location === null || request.redirect === "manual") return undefined;
  if (request.redirect === "error") {
    throw new VatioError("E_NET_UNREACHABLE", `${request.url} redirects, which the request forbids.`);
  }
  const target = targetOf(location, request.url);
  const headers = new Headers(request.headers);
  if (target.origin !== new URL(request.url).origin) for (const name of CREDENTIALS) headers.delete(name);
  const base = { headers, signal: request.signal, redirect: request.redirect };
  if (!becomesGet(request.method, response.status)) return withBody(target, request, base);
  for (const name of ABOUT_BODY) headers.delete(name);
  return new Request(target, { ...base, method: request.method === "HEAD" ? "HEAD" : "GET" });
}

function targetOf(location: string, from: string): URL {
  try {
    return new URL(location, from);
  } catch (cause) {
    throw new VatioError("E_NET_UNREACHABLE", `${from} redirects to "${location}", which is no address.`, { cause });
  }
}

const becomesGet = (method: string, status: number): boolean =>
  status === 303 ? method !== "HEAD" : (status === 301 || status === 302) && method === "POST";

function withBody(target: URL, request: Request, base: RequestInit): Request {
  const init: RequestInit & { duplex?: "half" } = { ...base, method: request.method };
  if (request.body !== null) Object.assign(init, { body: request.body, duplex: "half" });
  return new Request(target, init);
}

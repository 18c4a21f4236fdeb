import type { Caller, RequestFacts } from "./define-route.js";
import { isSessionCookie } from "./security/session-cookie.js";

/** Concern one connection only (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const FORWARDED = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-real-ip",
];

/**
 * Headers as a plugin gets them: without the hub's own credentials, which would let it act as the caller elsewhere,
 * and with the address of the client as the hub knows it.
 */
export function forwardHeaders(facts: RequestFacts, caller: Caller): Headers {
  const headers = new Headers(facts.headers);
  for (const name of [...HOP_BY_HOP, ...FORWARDED, "x-csrf-token", "content-length"]) headers.delete(name);
  if (caller.via === "token") headers.delete("authorization");
  const cookies = (headers.get("cookie") ?? "")
    .split(/;\s*/)
    .filter((cookie) => cookie !== "" && !isSessionCookie(cookie));
  headers.delete("cookie");
  if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
  headers.set("x-forwarded-for", facts.address);
  headers.set("x-request-id", facts.id);
  return headers;
}

const CORS = ["origin", "credentials", "headers", "methods", "private-network"].map(
  (part) => `access-control-allow-${part}`,
);

/** Decided by the hub for every answer, or no longer true once the body is handed on. */
const NOT_RETURNED = [
  ...HOP_BY_HOP,
  ...CORS,
  "access-control-expose-headers",
  "access-control-max-age",
  "content-length",
  "content-security-policy",
  "content-security-policy-report-only",
  "set-cookie",
  "strict-transport-security",
];

/** Headers of a plugin's answer as they leave the hub: no cookie of the hub's own, no policy, no CORS. */
export function returnHeaders(from: Headers): Headers {
  const headers = new Headers(from);
  for (const name of NOT_RETURNED) headers.delete(name);
  for (const cookie of from.getSetCookie()) if (!isSessionCookie(cookie)) headers.append("set-cookie", cookie);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return headers;
}

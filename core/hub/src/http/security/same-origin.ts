import { timingSafeEqual } from "node:crypto";
import { VatioError } from "@vatio/plugin-api";
import type { Caller, RequestFacts } from "../define-route.js";
import { originOf } from "./request-facts.js";

/** Methods that change nothing. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a request may change something. */
export const changesSomething = ({ method }: Pick<RequestFacts, "method">): boolean => !SAFE.has(method);

/**
 * Refuses what a page of another site sends. A browser says so itself (`Sec-Fetch-Site`, on https and localhost), or
 * names the page's origin. A request without either comes from no browser.
 * @throws E_ORIGIN_REFUSED
 */
export function requireSameOrigin(facts: RequestFacts, publicUrl: string | undefined): void {
  const site = facts.headers.get("sec-fetch-site");
  if (site === "same-origin") return;
  if (site !== null && site !== "none") throw refused(`a page of another site (${site})`);
  const origin = facts.headers.get("origin");
  if (origin === null || origin === facts.origin) return;
  if (publicUrl !== undefined && origin === originOf(publicUrl)) return;
  throw refused(`a page at ${origin.slice(0, 200)}, and this hub is ${facts.origin}`);
}

const refused = (whence: string): VatioError =>
  new VatioError(
    "E_ORIGIN_REFUSED",
    `The request came from ${whence}. Behind a reverse proxy, name the proxy in http.trustedProxies or the public address in http.publicUrl.`,
  );

/**
 * A change through a browser session carries the session's own token in a header, which no page of another site can read.
 * @throws E_CSRF_INVALID
 */
export function requireCsrfToken(facts: RequestFacts, caller: Caller): void {
  if (caller.via !== "session") return;
  if (equalSecrets(facts.headers.get("x-csrf-token") ?? "", caller.session.csrf)) return;
  throw new VatioError(
    "E_CSRF_INVALID",
    "The header x-csrf-token is missing or is not that of the session. Read it from GET /api/v1/session and send it with every change.",
  );
}

function equalSecrets(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

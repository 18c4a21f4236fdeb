import { type Actor, VatioError } from "@vatio/plugin-api";
import type { Accounts } from "../../auth/types.js";
import type { Caller, RequestFacts } from "../define-route.js";
import { sessionTokenOf } from "./session-cookie.js";

/** Whoever shows nothing. */
export const ANONYMOUS: Actor = { kind: "anonymous", id: "anonymous" };

/** The caller that nobody is. */
export const NOBODY: Caller = { via: "nothing", actor: ANONYMOUS };

/**
 * Finds out who asks: by API token, or by session cookie, or nobody. Other schemes of authorisation are none of the
 * hub's: a reverse proxy that asks for a password of its own may hand its header on.
 * @throws E_AUTH_REQUIRED for a token that names nobody
 */
export async function identify(facts: RequestFacts, accounts: Accounts): Promise<Caller> {
  const token = /^Bearer\b\s*(.*)$/is.exec(facts.headers.get("authorization") ?? "")?.[1];
  return token === undefined ? bySession(facts, accounts) : byToken(token, accounts);
}

const SECRET = /^[\x21-\x7e]{1,512}$/;

async function byToken(secret: string, accounts: Accounts): Promise<Caller> {
  const found = SECRET.test(secret) ? await accounts.tokenActor(secret) : undefined;
  if (found) return { via: "token", actor: found.actor, apiToken: found.token, secret };
  throw new VatioError(
    "E_AUTH_REQUIRED",
    "The API token is not known. It may have been revoked; create one in the settings and send it as `Authorization: Bearer <token>`.",
  );
}

async function bySession(facts: RequestFacts, accounts: Accounts): Promise<Caller> {
  const token = sessionTokenOf(facts.headers.get("cookie"), facts.secure);
  const found = token === undefined ? undefined : await accounts.session(token);
  if (token === undefined || found === undefined) return NOBODY;
  return { via: "session", actor: { kind: "user", id: found.user.id }, ...found, token };
}

/** Whether a caller still is who it was: sessions end and tokens are revoked while a socket is open. */
export async function stillValid(caller: Caller, accounts: Accounts): Promise<boolean> {
  if (caller.via === "session") return (await accounts.session(caller.token)) !== undefined;
  if (caller.via === "token") return (await accounts.tokenActor(caller.secret)) !== undefined;
  return true;
}

/** @throws E_AUTH_REQUIRED */
export function requireSomebody(caller: Caller): void {
  if (caller.via === "nothing")
    throw new VatioError(
      "E_AUTH_REQUIRED",
      "Nobody is signed in. Sign in, or send an API token as `Authorization: Bearer <token>`.",
    );
}

/** Tokens that open single doors (plugins' routes, metrics) open none of the API, not even lists that would be empty. @throws E_PERMISSION */
export function requireWideToken(caller: Caller): void {
  if (caller.via !== "token" || caller.apiToken.scope === "read" || caller.apiToken.scope === "control") return;
  throw new VatioError(
    "E_PERMISSION",
    `A token of the scope \`${caller.apiToken.scope}\` is not for the API. Create one of the scope \`read\` or \`control\`.`,
  );
}

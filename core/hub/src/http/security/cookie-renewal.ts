import { hours, type Instant } from "@vatio/plugin-api";
import type { HubClock } from "../../clock.js";
import type { Caller, RequestFacts } from "../define-route.js";
import { sessionCookie } from "./session-cookie.js";

/** A cookie is sent again this often at most; the session behind it lives for weeks. */
const RENEW_EVERY = hours(24);
/** Sessions that are remembered; when there are more, cookies are only sent more often. */
const MOST_REMEMBERED = 10_000;

/** Lets the cookie of those who stay signed in live on with its session. Without it the browser would forget it a fixed time after signing in. */
export class CookieRenewal {
  readonly #clock: HubClock;
  readonly #sentAt = new Map<string, Instant>();

  constructor(clock: HubClock) {
    this.#clock = clock;
  }

  /** The `set-cookie` header that an answer to this caller carries; undefined when none is due. */
  header(caller: Caller, { secure }: Pick<RequestFacts, "secure">): string | undefined {
    if (caller.via !== "session" || !caller.session.stay) return undefined;
    const { session, token } = caller;
    const now = this.#clock.now();
    if (now - (this.#sentAt.get(session.id) ?? Number.NEGATIVE_INFINITY) < RENEW_EVERY) return undefined;
    if (this.#sentAt.size >= MOST_REMEMBERED) this.#sentAt.clear();
    this.#sentAt.set(session.id, now);
    return sessionCookie(token, { secure, maxAgeMs: session.expiresAt - now });
  }
}

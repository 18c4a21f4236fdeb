import { VatioError } from "@vatio/plugin-api";
import type { Session, User } from "../../auth/types.js";
import type { Caller, RequestFacts } from "../define-route.js";
import type { SessionDto } from "../dto.js";
import { Reply } from "../reply.js";
import type { RouteContext } from "../route-context.js";
import { sessionCookie } from "../security/session-cookie.js";
import { userDto } from "../to-dto.js";

/** The person behind a browser session. @throws E_SESSION_REQUIRED for tokens: they are no person. */
export function personOf(caller: Caller): Extract<Caller, { via: "session" }> {
  if (caller.via === "session") return caller;
  throw new VatioError(
    "E_SESSION_REQUIRED",
    "This concerns a person, and an API token is none. Sign in with name and password instead.",
  );
}

/** A session as the interface needs it. */
export const sessionDto = (user: User, session: Session, hub: RouteContext): SessionDto => ({
  user: userDto(user),
  csrf: session.csrf,
  hub: { version: hub.hub.version, startedAt: hub.hub.startedAt, demo: hub.hub.demo },
});

interface SignInCircumstances {
  readonly hub: RouteContext;
  readonly request: RequestFacts;
}

/** The answer to a successful sign-in: the session, and its token as a cookie that the browser keeps only for those who stay signed in. */
export function signedIn(
  { user, token, session }: { user: User; token: string; session: Session },
  { hub, request }: SignInCircumstances,
): Reply<SessionDto> {
  const maxAgeMs = session.stay ? session.expiresAt - hub.clock.now() : undefined;
  return new Reply({
    data: sessionDto(user, session, hub),
    headers: [["set-cookie", sessionCookie(token, { secure: request.secure, maxAgeMs })]],
  });
}

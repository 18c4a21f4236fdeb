import { defineRoute, type Route } from "../define-route.js";
import { LinkBody, LoginBody, SessionDto } from "../dto.js";
import { Reply } from "../reply.js";
import { expiredSessionCookie } from "../security/session-cookie.js";
import { personOf, sessionDto, signedIn } from "./signed-in.js";

/** Signing in and out. */
export const sessionRoutes: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/session",
    tag: "Session",
    summary: "Sign in with name and password",
    description: "Answers with the session and sets its cookie. Changes need the header x-csrf-token from then on.",
    action: "public",
    body: LoginBody,
    response: SessionDto,
    errors: ["E_LOGIN_FAILED", "E_RATE_LIMITED"],
    handler: async ({ body, request }, hub) => {
      const stay = body.stay ?? false;
      return signedIn(await hub.accounts.login(body.name, body.password, stay, request.address), { hub, request });
    },
  }),
  defineRoute({
    method: "POST",
    path: "/session/link",
    tag: "Session",
    summary: "Sign in with a one-time link",
    action: "public",
    body: LinkBody,
    response: SessionDto,
    errors: ["E_LOGIN_FAILED", "E_RATE_LIMITED"],
    handler: async ({ body, request }, hub) =>
      signedIn(await hub.accounts.loginWithLink(body.link, request.address), { hub, request }),
  }),
  defineRoute({
    method: "GET",
    path: "/session",
    tag: "Session",
    summary: "Who is signed in",
    action: "signed-in",
    response: SessionDto,
    errors: ["E_SESSION_REQUIRED"],
    handler: ({ caller }, hub) => {
      const { user, session } = personOf(caller);
      return sessionDto(user, session, hub);
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/session",
    tag: "Session",
    summary: "Sign out",
    action: "signed-in",
    errors: ["E_SESSION_REQUIRED"],
    handler: async ({ caller, request }, hub) => {
      const { token, session } = personOf(caller);
      await hub.accounts.logout(token);
      hub.live.closeSession(session.id);
      return new Reply({ status: 204, headers: [["set-cookie", expiredSessionCookie(request.secure)]] });
    },
  }),
];

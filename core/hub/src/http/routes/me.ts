import { defineRoute, type Route } from "../define-route.js";
import { MeBody, PasswordBody, SessionDto, UserDto } from "../dto.js";
import { userDto } from "../to-dto.js";
import { withoutUndefined } from "../without-undefined.js";
import { personOf, signedIn } from "./signed-in.js";

/** What a person says about themselves. */
export const meRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/me",
    tag: "Me",
    summary: "My own account",
    action: "signed-in",
    response: UserDto,
    errors: ["E_SESSION_REQUIRED"],
    handler: ({ caller }) => userDto(personOf(caller).user),
  }),
  defineRoute({
    method: "PATCH",
    path: "/me",
    tag: "Me",
    summary: "Change my name, language, region or theme",
    action: "signed-in",
    audit: "me.update",
    body: MeBody,
    response: UserDto,
    errors: ["E_SESSION_REQUIRED", "E_REGION_INVALID"],
    handler: async ({ caller, body }, hub) =>
      userDto(await hub.accounts.updateUser(personOf(caller).user.id, withoutUndefined(body))),
  }),
  defineRoute({
    method: "POST",
    path: "/me/password",
    tag: "Me",
    summary: "Change my password",
    description: "Ends every session of mine; the answer is a new one in the place of that which asked.",
    action: "signed-in",
    body: PasswordBody,
    response: SessionDto,
    errors: ["E_SESSION_REQUIRED", "E_LOGIN_FAILED", "E_PASSWORD_WEAK", "E_RATE_LIMITED"],
    handler: async ({ caller, body, request }, hub) => {
      const { user, session } = personOf(caller);
      await hub.accounts.changePassword(user.id, body.old, body.next);
      hub.live.closeSession(session.id);
      const again = await hub.accounts.login(user.name, body.next, session.stay, request.address);
      return signedIn(again, { hub, request });
    },
  }),
];

import { defineRoute, type Route } from "../define-route.js";
import { SessionDto, SetupBody, SetupStateDto } from "../dto.js";
import { signedIn } from "./signed-in.js";

/** First run: the hub waits for its first person. */
export const setupRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/setup",
    tag: "Setup",
    summary: "Whether the hub waits for its first person",
    action: "public",
    response: SetupStateDto,
    handler: (_input, hub) => ({
      needed: hub.accounts.needsSetup,
      version: hub.hub.version,
      demo: hub.hub.demo,
    }),
  }),
  defineRoute({
    method: "POST",
    path: "/setup",
    tag: "Setup",
    summary: "Create the first person and the first site, and sign in",
    description: "Takes the code that the log prints at start-up. Works once.",
    action: "public",
    body: SetupBody,
    response: SessionDto,
    errors: ["E_SETUP_DONE", "E_SETUP_CODE", "E_PASSWORD_WEAK", "E_ZONE_UNKNOWN", "E_REGION_INVALID", "E_RATE_LIMITED"],
    handler: async ({ body, request }, hub) =>
      signedIn(await hub.accounts.setup(body, request.address), { hub, request }),
  }),
];

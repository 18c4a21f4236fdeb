import { milliseconds, Type } from "@vatio/plugin-api";
import { defineRoute, type Route } from "../define-route.js";
import { CommandResultDto } from "../dto.js";

const CommandParams = Type.Object(
  { name: Type.String({ minLength: 3, maxLength: 100, pattern: "^[a-z][A-Za-z0-9.-]*$" }) },
  { additionalProperties: false },
);
const CommandQuery = Type.Object(
  {
    timeout: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 60_000,
        description: "Milliseconds until the call is given up; 5000 when left out",
      }),
    ),
  },
  { additionalProperties: false },
);

/** Commands: imperative, one handler, a deadline, audited by the command bus. */
export const commandRoutes: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/commands/{name}",
    tag: "Commands",
    summary: "Do something: switch a load, or what a plugin offers",
    description:
      'The body is the input of the command, such as `{ "channel": "shelly:a8032412c3d4/switch:0", "to": "on" }` for `switch.set`. Each command declares what its caller must be allowed to do.',
    action: "control",
    resource: "per-item",
    params: CommandParams,
    query: CommandQuery,
    body: Type.Unknown(),
    response: CommandResultDto,
    errors: ["E_COMMAND_UNKNOWN", "E_COMMAND_TIMEOUT", "E_DEVICE_OFFLINE"],
    handler: async ({ params, query, body, actor }, hub) => {
      const options = query.timeout === undefined ? {} : { timeout: milliseconds(query.timeout) };
      return { result: (await hub.commands.call(actor, params.name, body, options)) ?? null };
    },
  }),
];

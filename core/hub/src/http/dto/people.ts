import { type Static, Type } from "@vatio/plugin-api";
import { LanguageDto } from "./common.js";
import { at, closed, id, literals } from "./parts.js";

/** What a person may do: each role adds an action to the one before. */
export const RoleDto = literals(["viewer", "operator", "manager", "admin"]);
export type RoleDto = Static<typeof RoleDto>;

/** A person. */
export const UserDto = Type.Object({
  id,
  name: Type.String(),
  role: RoleDto,
  language: LanguageDto,
  region: Type.String(),
  theme: literals(["auto", "light", "dark"]),
});
export type UserDto = Static<typeof UserDto>;

/** A signed-in browser. */
export const SessionDto = Type.Object({
  user: UserDto,
  csrf: Type.String({ description: "Goes into the header x-csrf-token with every change" }),
  hub: Type.Object({ version: Type.String(), startedAt: at, demo: Type.Boolean() }),
});
export type SessionDto = Static<typeof SessionDto>;

/** Signs in with name and password; `stay` keeps the session when the browser is closed. */
export const LoginBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
    stay: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type LoginBody = Static<typeof LoginBody>;

/** Signs in with a one-time link. */
export const LinkBody = Type.Object({ link: Type.String({ minLength: 1, maxLength: 200 }) }, closed);
export type LinkBody = Static<typeof LinkBody>;

/** Changes a password. */
export const PasswordBody = Type.Object(
  { old: Type.String({ minLength: 1, maxLength: 1024 }), next: Type.String({ minLength: 1, maxLength: 1024 }) },
  closed,
);
export type PasswordBody = Static<typeof PasswordBody>;

/** What people may change of themselves. */
export const MeBody = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    language: Type.Optional(LanguageDto),
    region: Type.Optional(Type.String({ maxLength: 35 })),
    theme: Type.Optional(literals(["auto", "light", "dark"])),
  },
  closed,
);
export type MeBody = Static<typeof MeBody>;

/** Whether the hub waits for its first person. */
export const SetupStateDto = Type.Object({
  needed: Type.Boolean(),
  version: Type.String(),
  demo: Type.Boolean({ description: "Whether this hub is the demo, into which only its printed link leads" }),
});
export type SetupStateDto = Static<typeof SetupStateDto>;

/** What the first person says. */
export const SetupBody = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 40 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
    language: LanguageDto,
    region: Type.String({ minLength: 2, maxLength: 35 }),
    zone: Type.String({ minLength: 1, maxLength: 64 }),
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    siteName: Type.String({ minLength: 1, maxLength: 100 }),
    nominalVoltage: Type.Number({ minimum: 50, maximum: 1000 }),
    phases: Type.Union([Type.Literal(1), Type.Literal(3)]),
  },
  closed,
);
export type SetupBody = Static<typeof SetupBody>;

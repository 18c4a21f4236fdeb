import type { Action, Actor, ChannelId, DeviceId, Instant, PluginId, PointId, SiteId, UserId } from "@vatio/plugin-api";

/** What an action is about: everything readable or switchable resolves to a point, a site or the hub. */
export type Resource =
  | { readonly kind: "hub" }
  | { readonly kind: "site"; readonly id: SiteId }
  | { readonly kind: "point"; readonly id: PointId }
  | { readonly kind: "channel"; readonly id: ChannelId }
  | { readonly kind: "device"; readonly id: DeviceId }
  | { readonly kind: "plugin"; readonly id: PluginId };

/** The whole hub as a resource. */
export const HUB: Resource = { kind: "hub" };

/** The one place that decides. Below REST, live stream, commands and plugins alike. */
export interface Authorizer {
  can(actor: Actor, action: Action, resource: Resource): boolean;
  /** @throws E_PERMISSION */
  require(actor: Actor, action: Action, resource: Resource): void;
}

/** A person who may sign in. */
export interface User {
  readonly id: UserId;
  readonly name: string;
  readonly role: "admin" | "manager" | "operator" | "viewer";
  readonly language: "es" | "en";
  readonly region: string;
  readonly theme: "auto" | "light" | "dark";
  readonly createdAt: Instant;
}

/** A signed-in browser. */
export interface Session {
  readonly id: string;
  readonly user: UserId;
  /** Sent in the header `x-csrf-token` with every change. */
  readonly csrf: string;
  /** The person wants to stay signed in when the browser is closed. */
  readonly stay: boolean;
  readonly expiresAt: Instant;
}

/** What a machine token may do. */
export type TokenScope = "ingest" | "metrics" | "read" | "control";

/** A machine token without its secret. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly createdAt: Instant;
  readonly lastUsedAt?: Instant;
}

/** What the first person says at set-up. */
export interface SetupAnswers {
  readonly code: string;
  readonly name: string;
  readonly password: string;
  readonly language: "es" | "en";
  readonly region: string;
  readonly zone: string;
  readonly currency: string;
  readonly siteName: string;
  readonly nominalVoltage: number;
  readonly phases: 1 | 3;
}

/** Accounts, sessions, tokens and first-run set-up. */
export interface Accounts {
  /** Whether the hub waits for its first person. */
  readonly needsSetup: boolean;
  /** Code that the log prints while the hub waits for its first person. */
  readonly setupCode: string | undefined;
  /** Whether somebody may do what only comes before the first person. @throws E_SETUP_DONE, E_SETUP_CODE, E_RATE_LIMITED */
  requireSetupCode(code: string, address: string): void;
  /** @throws E_SETUP_DONE, E_SETUP_CODE, E_PASSWORD_WEAK, E_RATE_LIMITED */
  setup(answers: SetupAnswers, address: string): Promise<{ user: User; token: string; session: Session }>;
  /** @throws E_LOGIN_FAILED, E_RATE_LIMITED */
  login(
    name: string,
    password: string,
    stay: boolean,
    address: string,
  ): Promise<{ user: User; token: string; session: Session }>;
  /** Signs in whoever holds a one-time link (demo). */
  loginWithLink(link: string, address: string): Promise<{ user: User; token: string; session: Session }>;
  createLoginLink(user: UserId): Promise<string>;
  logout(token: string): Promise<void>;
  session(token: string): Promise<{ user: User; session: Session } | undefined>;
  user(id: UserId): User | undefined;
  users(): readonly User[];
  updateUser(id: UserId, change: Partial<Pick<User, "language" | "region" | "theme" | "name">>): Promise<User>;
  /** @throws E_LOGIN_FAILED when the old one is wrong, E_PASSWORD_WEAK */
  changePassword(id: UserId, old: string, next: string): Promise<void>;
  /** For the one who is locked out: sets a new password and ends every session. */
  resetPassword(name: string, next: string): Promise<void>;
  createToken(name: string, scope: TokenScope): Promise<{ token: ApiToken; secret: string }>;
  tokens(): readonly ApiToken[];
  revokeToken(id: string): Promise<void>;
  tokenActor(secret: string): Promise<{ actor: Actor; token: ApiToken } | undefined>;
}

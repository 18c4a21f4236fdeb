import { parse, serialize } from "hono/utils/cookie";

const NAME = "vatio_session";
// A browser accepts this prefix only with Secure, Path=/ and without Domain: no other host can plant the cookie.
const SECURE_NAME = `__Host-${NAME}` as const;

interface CookieCircumstances {
  /** Whether the client speaks https. */
  readonly secure: boolean;
  /** How long the browser keeps it; until it is closed when left out. */
  readonly maxAgeMs?: number | undefined;
}

/** The `set-cookie` header of a session. */
export function sessionCookie(token: string, { secure, maxAgeMs }: CookieCircumstances): string {
  const common = {
    path: "/",
    httpOnly: true,
    sameSite: "Strict",
    ...(maxAgeMs === undefined ? {} : { maxAge: Math.floor(maxAgeMs / 1000) }),
  } as const;
  return secure ? serialize(SECURE_NAME, token, { ...common, secure: true }) : serialize(NAME, token, common);
}

/** The `set-cookie` header that takes a session away. */
export const expiredSessionCookie = (secure: boolean): string => sessionCookie("", { secure, maxAgeMs: 0 });

/** The session token of a `cookie` header. */
export function sessionTokenOf(cookie: string | null, secure: boolean): string | undefined {
  if (!cookie) return undefined;
  const name = secure ? SECURE_NAME : NAME;
  return parse(cookie, name)[name] || undefined;
}

/** Whether a `name=value` is the hub's own session cookie. */
export const isSessionCookie = (pair: string): boolean => /^\s*(?:__Host-)?vatio_session\s*=/i.test(pair);

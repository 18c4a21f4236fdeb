/** Paths that the hub itself answers, with all that is below them. */
const TAKEN = ["/api/plugins", "/healthz", "/readyz", "/metrics", "/docs", "/plugins", "/assets"];

const ALIAS = /^(?:\/[A-Za-z0-9._~-]+)+$/;

/** Why a path cannot be an alias of a plugin; undefined when it can. Below `/api/v1` only `ingest/` is free. */
export function aliasProblem(alias: string): string | undefined {
  if (alias.length > 200 || !ALIAS.test(alias)) return 'is not a path such as "/api/v1/ingest/shelly"';
  if (alias.split("/").some((part) => part === "." || part === "..")) return "holds . or ..";
  const taken = TAKEN.some((path) => alias === path || alias.startsWith(`${path}/`));
  const ownApi =
    alias === "/api" || alias === "/api/v1" || (alias.startsWith("/api/v1/") && !/^\/api\/v1\/ingest\/./.test(alias));
  return taken || ownApi ? "belongs to the hub itself" : undefined;
}

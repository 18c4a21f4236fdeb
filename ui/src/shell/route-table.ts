import type { PlainKey } from "../i18n/catalogue.js";

/** Parts of the address by name. */
export type RouteParams = Readonly<Record<string, string>>;

/** A page as data. */
export interface RouteDefinition {
  /** Segments; `:name` takes one, `*` at the end takes the rest. */
  readonly path: string;
  /** Custom element of the page; it gets the property `params`. */
  readonly element: string;
  load(): Promise<unknown>;
  /** Title of the document until the page knows a better one. */
  readonly title: PlainKey;
  /** Entry of the navigation that is lit. */
  readonly nav?: NavEntry;
  /** `open`: without the shell and without a session. */
  readonly access?: "open" | "session";
}

export type NavEntry = "now" | "usage" | "devices" | "settings" | "plugins";

/** A route that fits an address. */
export interface RouteMatch {
  readonly route: RouteDefinition;
  readonly params: RouteParams;
}

/** The route for a path and its parameters, percent-decoded; undefined when none fits. */
export function matchRoute(routes: readonly RouteDefinition[], pathname: string): RouteMatch | undefined {
  const segments = pathname.split("/").filter(Boolean);
  for (const route of routes) {
    const params = paramsOf(route.path.split("/").filter(Boolean), segments);
    if (params) return { route, params };
  }
  return undefined;
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): RouteParams | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part === "*") return params;
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (!part.startsWith(":")) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = decode(segment);
    if (value === undefined) return undefined;
    params[part.slice(1)] = value;
  }
  return pattern.length === segments.length ? params : undefined;
}

/** A broken percent escape fits no route. */
function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

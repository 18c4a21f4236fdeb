import { Emitter } from "../data/emitter.js";

/** Where the page is. */
export interface RouteLocation {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Why the address changed: a person went to a page, or a page keeps its view in the query. */
export type RouteChange = "page" | "view";

const FOREIGN = /^\/(?:api|docs|plugins|assets|metrics|healthz|readyz)(?:\/|$)/;

/** The address bar: clicks on links become changes of page without loading, the query string holds the state of a view. */
export class Router {
  readonly changes = new Emitter<RouteChange>();
  readonly #window: Window;
  /** Asked before a page is left; false keeps it. */
  readonly #guards = new Set<() => boolean>();

  constructor(page: Window = window) {
    this.#window = page;
  }

  get location(): RouteLocation {
    const { pathname, search } = this.#window.location;
    return { path: pathname, query: new URLSearchParams(search) };
  }

  /** Listens to links and to the buttons of the browser. */
  start(): void {
    this.#window.addEventListener("popstate", () => this.changes.emit("page"));
    this.#window.document.addEventListener("click", (event) => this.#clicked(event));
  }

  /** Opens a page of the interface. */
  go(href: string, { replace = false }: { readonly replace?: boolean } = {}): void {
    if ([...this.#guards].some((mayLeave) => !mayLeave())) return;
    const { history } = this.#window;
    if (replace) history.replaceState(null, "", href);
    else history.pushState(null, "", href);
    this.changes.emit("page");
  }

  /** Keeps the state of a view in the address, without a new entry in the history; undefined takes a name away. */
  setQuery(change: Readonly<Record<string, string | undefined>>): void {
    const { path, query } = this.location;
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.#window.history.replaceState(null, "", text ? `${path}?${text}` : path);
    this.changes.emit("view");
  }

  /** Asks before a page is left, until the returned function is called. */
  guard(mayLeave: () => boolean): () => void {
    this.#guards.add(mayLeave);
    return () => this.#guards.delete(mayLeave);
  }

  #clicked(event: MouseEvent): void {
    const href = linkOf(event);
    if (href === undefined) return;
    event.preventDefault();
    const { pathname, search } = this.#window.location;
    if (href !== pathname + search) this.go(href);
  }
}

/** The address that a click opens within the interface; undefined when the browser should handle it. */
export function linkOf(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return undefined;
  // Links stand in shadow roots: the path of the event shows them, its target does not.
  const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement);
  if (!link?.href || link.target || link.hasAttribute("download") || link.origin !== location.origin) return undefined;
  if (FOREIGN.test(link.pathname)) return undefined;
  if (link.hash && link.pathname === location.pathname) return undefined;
  return link.pathname + link.search;
}

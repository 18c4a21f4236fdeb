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
  readonly #guards = new Set<() => Promise<boolean>>();
  /** The address of the page that is shown. */
  #shown = "";

  constructor(page: Window = window) {
    this.#window = page;
  }

  get location(): RouteLocation {
    const { pathname, search } = this.#window.location;
    return { path: pathname, query: new URLSearchParams(search) };
  }

  /** Listens to links and to the buttons of the browser. */
  start(): void {
    this.#shown = this.#href();
    this.#window.addEventListener("popstate", () => void this.#popped());
    this.#window.document.addEventListener("click", (event) => this.#clicked(event));
  }

  /** Opens a page of the interface. */
  go(href: string, { replace = false }: { readonly replace?: boolean } = {}): void {
    void this.#leave(() => {
      const { history } = this.#window;
      if (replace) history.replaceState(null, "", href);
      else history.pushState(null, "", href);
    });
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
    this.#shown = this.#href();
    this.changes.emit("view");
  }

  /** Asks before a page is left, until the returned function is called. */
  guard(mayLeave: () => Promise<boolean>): () => void {
    this.#guards.add(mayLeave);
    return () => this.#guards.delete(mayLeave);
  }

  #href(): string {
    const { pathname, search } = this.#window.location;
    return pathname + search;
  }

  /** Goes at once when nothing holds the page, else after the answer. */
  async #leave(move: () => void): Promise<void> {
    // The first question is enough: whoever leaves one edit behind leaves the page.
    const [mayLeave] = this.#guards;
    if (mayLeave && !(await mayLeave())) return;
    this.#guards.clear();
    move();
    this.#shown = this.#href();
    this.changes.emit("page");
  }

  /** The browser has moved already: a page that is held gets its address back before the question. */
  #popped(): Promise<void> {
    const wanted = this.#href();
    const { history } = this.#window;
    if (this.#guards.size === 0) return this.#leave(() => {});
    history.pushState(null, "", this.#shown);
    return this.#leave(() => history.replaceState(null, "", wanted));
  }

  #clicked(event: MouseEvent): void {
    const href = linkOf(event);
    if (href === undefined) return;
    event.preventDefault();
    if (href !== this.#href()) this.go(href);
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

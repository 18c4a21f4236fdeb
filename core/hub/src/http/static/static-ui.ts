import type { AppContext } from "../app-env.js";
import { StaticFolder } from "./static-folder.js";
import { UiPageSource } from "./ui-page.js";

/** The built interface: hashed assets for ever, everything else asked for again, and its page for every address of it. */
export class StaticUi {
  readonly #folder: StaticFolder;
  readonly #page: UiPageSource;

  constructor(root: string) {
    this.#folder = new StaticFolder(root);
    this.#page = new UiPageSource(root);
  }

  /** Undefined when the address is none of the interface's. */
  async respond(c: AppContext): Promise<Response | undefined> {
    const { path } = c.get("facts");
    if (isFile(path))
      return this.#folder.respond(path, c.req.raw.headers, path.startsWith("/assets/") ? "immutable" : "revalidate");
    const page = await this.#page.page();
    return page
      ? htmlResponse(page.html, page.csp)
      : htmlResponse(NOT_BUILT, "default-src 'none'; frame-ancestors 'none'", 503);
  }
}

/** A page of the interface has no dot in its last segment (`/devices/shelly%3Aa8/`), a file has. */
const isFile = (path: string): boolean =>
  path !== "/index.html" && (path.startsWith("/assets/") || /\.[^/]*$/.test(path));

function htmlResponse(html: string, csp: string, status = 200): Response {
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "content-security-policy": csp,
    },
  });
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Vatio</title></head>
<body>
<h1>Vatio runs, but its interface is not built</h1>
<p>The hub takes readings all the same, and the API answers (see <a href="/docs">/docs</a>).</p>
<p>Start it with <code>npm start</code>, which builds the interface first, or run <code>npm run build</code> and load this page again.</p>
<h1 lang="es">Vatio funciona, pero su interfaz no está compilada</h1>
<p lang="es">Arráncalo con <code>npm start</code>, o ejecuta <code>npm run build</code> y vuelve a cargar esta página.</p>
</body>
</html>
`;

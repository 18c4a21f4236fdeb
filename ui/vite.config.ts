import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";
import { leanPlot } from "./bundling/lean-plot.js";
import { ICON_NAMES } from "./src/controls/icons/icon-names.js";

const root = fileURLToPath(new URL(".", import.meta.url));
const spriteModule = "virtual:icon-sprite";

/** The Lucide icons that the interface uses, as one SVG file of symbols; imported as its address. */
function iconSprite(): Plugin {
  const sprite = (): string => {
    const folder = path.join(
      path.dirname(createRequire(import.meta.url).resolve("lucide-static/package.json")),
      "icons",
    );
    const symbols = ICON_NAMES.map((name) => {
      const svg = readFileSync(path.join(folder, `${name}.svg`), "utf8");
      const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\n\s*/g, "")}</symbol>`;
    });
    return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence -->${symbols.join("")}</svg>\n`;
  };
  let serving = false;
  return {
    name: "vatio-icon-sprite",
    configResolved: ({ command }) => {
      serving = command === "serve";
    },
    resolveId: (id) => (id === spriteModule ? `\0${spriteModule}` : undefined),
    load(id) {
      if (id !== `\0${spriteModule}`) return undefined;
      if (serving) return `export default "/icons.svg";`;
      const file = this.emitFile({ type: "asset", name: "icons.svg", source: sprite() });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
    configureServer: ({ middlewares }) => {
      middlewares.use("/icons.svg", (_request, response) => {
        response.setHeader("content-type", "image/svg+xml");
        response.end(sprite());
      });
    },
  };
}

/** Smaller style text: what a style sheet does not need. The literals hold no strings with spaces of their own. */
const squeezeCss = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,>]) ?/g, "$1")
    .replace(/: /g, ":")
    .replaceAll(";}", "}")
    .trim();

/** Takes out of templates what only people read; a minifier must not, because it does not know that they are markup. */
function flatTemplates(): Plugin {
  return {
    name: "vatio-flat-templates",
    apply: "build",
    transform: (code, id) =>
      id.includes("/ui/src/") && code.includes("css`")
        ? { code: code.replace(/\bcss`([^`$]*)`/g, (_whole, text: string) => `css\`${squeezeCss(text)}\``), map: null }
        : undefined,
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === "chunk") chunk.code = chunk.code.replace(/\n\s+/g, " ");
    },
  };
}

/** Loads a lazy file as it is: no lazy file brings styles of its own, and what it shares with the shell is there. */
function plainImports(): Plugin {
  const helper = "\0vite/preload-helper.js";
  return {
    name: "vatio-plain-imports",
    apply: "build",
    enforce: "pre",
    load: (id) => (id === helper ? "export const __vitePreload = (load) => load();" : undefined),
  };
}

/** Writes `.br` and `.gz` beside every file that shrinks, so that the hub compresses nothing while it serves. */
function precompress(): Plugin {
  return {
    name: "vatio-precompress",
    apply: "build",
    writeBundle({ dir = "" }) {
      for (const file of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
        if (!/\.(?:js|css|svg|html|webmanifest)$/.test(file)) continue;
        const content = readFileSync(path.join(dir, file));
        const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(path.join(dir, `${file}.br`), brotliCompressSync(content, { params: quality }));
        writeFileSync(path.join(dir, `${file}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}

// What the first page needs travels as one file: few files compress better than many, and while somebody signs in the
// browser has it already. Pages, and what opens on demand, are files of their own.
const chunkGroups = [{ name: "core", test: /ui\/src\/(?:shell\/app|pages\/now\/now-page)\.ts$/ }];

const hub = process.env.VATIO_HUB ?? "http://127.0.0.1:8006";

export default defineConfig({
  root,
  plugins: [iconSprite(), leanPlot(), flatTemplates(), plainImports(), precompress()],
  // The private condition of our packages: their TypeScript is bundled as it is.
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: {
    target: "es2022",
    manifest: true,
    // Fonts and icons stay files: a data address would be refused by the content security policy.
    assetsInlineLimit: 0,
    // What a lazy page shares with the shell is loaded by then.
    modulePreload: false,
    rolldownOptions: {
      preserveEntrySignatures: "exports-only",
      output: { codeSplitting: { groups: chunkGroups } },
      input: { index: path.join(root, "index.html"), sdk: path.join(root, "src/sdk.ts") },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: hub, ws: true } },
  },
});

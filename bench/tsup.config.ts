import { defineConfig } from "tsup";

// Compiled, as the hub that they measure is: what runs TypeScript directly adds work of its own to every function that is made.
export default defineConfig({
  entry: { index: "bench/index.ts", serve: "bench/hub/serve.ts" },
  outDir: "bench/dist",
  format: "esm",
  target: "node20",
  platform: "node",
  skipNodeModulesBundle: true,
  removeNodeProtocol: false,
  silent: true,
});

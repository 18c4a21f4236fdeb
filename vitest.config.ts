import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// The private condition of our packages: their TypeScript runs as it is, without a build in between.
const conditions = ["source", ...defaultServerConditions];

const workspaceTests = ["core", "plugins", "firmware-protocol", "ui", "tools", "examples", "test"].map(
  (folder) => `${folder}/**/*.test.ts`,
);
const journeys = "test/e2e/**/*.test.ts";

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: "forks",
    maxWorkers: 2,
    // Workers that a test starts inherit it, so that they find the sources as well.
    execArgv: ["--conditions=source"],
    testTimeout: 30_000,
    hookTimeout: 40_000,
    teardownTimeout: 10_000,
    setupFiles: ["test/support/setup.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: workspaceTests,
          exclude: ["**/node_modules/**", "**/dist/**", journeys],
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [journeys],
          exclude: ["**/node_modules/**"],
          // Browser journeys start a hub and a browser each: one after the other, after everything else.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

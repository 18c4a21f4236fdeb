import { binOf, hubEnvironment, runNode } from "./process.mjs";

/**
 * Compiles the benchmarks and runs them on the built packages. Answers an exit code.
 * @param {string[]} args
 */
export async function bench(args) {
  const code = await runNode([binOf("tsup"), "--config", "bench/tsup.config.ts"]);
  return code === 0 ? runNode(["bench/dist/index.js", ...args], { env: hubEnvironment() }) : code;
}

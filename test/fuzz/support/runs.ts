import process from "node:process";

const wholeGate = process.env.VATIO_REQUIRE_ALL === "1";

/** Generated inputs for each entry point: 10,000 in the gate, fewer at the desk; `VATIO_FUZZ_RUNS` overrides both. */
export const RUNS = Number(process.env.VATIO_FUZZ_RUNS ?? (wholeGate ? 10_000 : 300));

/** Another seed makes other inputs: `VATIO_FUZZ_SEED=2 npx vitest run test/fuzz`. */
export const SEED = Number(process.env.VATIO_FUZZ_SEED ?? 1);

/** How long one entry point may take before the runner calls it stuck. Milliseconds. */
export const ENTRY_TIMEOUT = 600_000;

/** Inputs that come through a real connection, for each entry point whose bulk does not. */
export const SOCKET_RUNS = Math.ceil(RUNS / 100);

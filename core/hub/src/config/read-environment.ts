import { BOOT_OPTIONS } from "./boot-options.js";
import { fromText } from "./check-value.js";
import type { GivenValue } from "./config-issue.js";
import { nearest } from "./nearest.js";

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that mean something but are no option. */
const OTHER_VARIABLES = ["VATIO_CONFIG", "VATIO_SECRET_KEY"];

/** Values given as environment variables. An empty variable counts as absent, as in a compose file. */
export function readEnvironment(env: Environment, cwd: string): readonly GivenValue[] {
  return BOOT_OPTIONS.flatMap((option) => {
    const text = env[option.variable];
    if (text === undefined || text.trim() === "") return [];
    return [{ path: option.path, value: fromText(option, text), origin: `variable ${option.variable}`, base: cwd }];
  });
}

/**
 * Variables that look like a mistyped option. They are no error: other programs set variables with our prefix too
 * (Kubernetes sets `VATIO_PORT` for a service that is called vatio).
 */
export function suspiciousVariables(env: Environment): readonly string[] {
  const known = [...BOOT_OPTIONS.map((option) => option.variable), ...OTHER_VARIABLES];
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith("VATIO_") || known.includes(name)) return [];
    const guess = nearest(name, known);
    return guess === undefined ? [] : [`The variable ${name} means nothing; ${guess} does.`];
  });
}

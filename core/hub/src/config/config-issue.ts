import { VatioError } from "@vatio/plugin-api";
import type { BootOption } from "./boot-options.js";

/** One thing that is wrong with the configuration. */
export interface ConfigIssue {
  /** Path of the option; "" when the file as a whole is meant. */
  readonly path: string;
  /** What would be right, as a phrase: `a whole number from 0 to 65535`. */
  readonly expected: string;
  /** What is there instead; left out where it is a secret. */
  readonly found?: string;
  /** `vatio.yaml line 3` or `variable VATIO_HTTP_PORT`. */
  readonly origin: string;
}

/** A value as it was given, and where. */
export interface GivenValue {
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
  /** Folder to which a relative path refers. */
  readonly base: string;
}

const MOST_SHOWN = 60;

/** A value for a message: short, and never a secret. */
export function shown(value: unknown, option?: BootOption): string | undefined {
  if (option?.schema["x-secret"]) return undefined;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** An issue about a given value. */
export function issueOf(given: GivenValue, expected: string, option?: BootOption): ConfigIssue {
  const found = shown(given.value, option);
  const issue = { path: given.path, expected, origin: given.origin };
  return found === undefined ? issue : { ...issue, found };
}

function sentence({ path, expected, found, origin }: ConfigIssue): string {
  const what = path === "" ? "" : `${path}: `;
  return `  ${what}expected ${expected}${found === undefined ? "" : `, found ${found}`} (${origin})`;
}

/** The error that names every bad path. Its `details` are the issues. */
export function configError(issues: readonly ConfigIssue[]): VatioError {
  const lines = issues.map(sentence).join("\n");
  const count = issues.length === 1 ? "one mistake" : `${issues.length} mistakes`;
  return new VatioError("E_CONFIG_INVALID", `The configuration has ${count}. Correct and start again:\n${lines}`, {
    details: issues,
  });
}

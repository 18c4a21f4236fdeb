import { parseArgs } from "node:util";
import { VatioError } from "@vatio/plugin-api";

/** What the command line asks for. */
export type CliRequest =
  | { readonly command: "start"; readonly config?: string }
  | { readonly command: "demo"; readonly data?: string; readonly seed: number }
  | { readonly command: "user-reset"; readonly name: string; readonly config?: string }
  | { readonly command: "help" }
  | { readonly command: "version" };

/** What `vatio help` prints. */
export const USAGE = `Vatio, a self-hosted energy hub

  vatio start [--config vatio.yaml]        start the hub (what happens without a command as well)
  vatio demo [--data folder] [--seed n]    a simulated home and workshop in a throw-away folder
  vatio user reset <name>                  a new password for somebody who is locked out (hub stopped)
  vatio version

Settings come from vatio.yaml in the working folder and from the environment (VATIO_DATA, VATIO_HTTP_PORT, ...):
see docs/operations/configuration.md.`;

const OPTIONS = {
  config: { type: "string", short: "c" },
  data: { type: "string", short: "d" },
  seed: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

const misused = (message: string): VatioError => new VatioError("E_USAGE", `${message}\n\n${USAGE}`);

function parse(
  argv: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw misused(error instanceof Error ? error.message : String(error));
  }
}

function seedOf(written: string | undefined): number {
  const seed = Number(written ?? 1);
  if (!Number.isSafeInteger(seed)) throw misused(`--seed takes a whole number, not "${written}".`);
  return seed;
}

/**
 * Reads the command line.
 * @throws E_USAGE with the usage text for what nobody understands.
 */
export function readArguments(argv: readonly string[]): CliRequest {
  const { values, positionals } = parse(argv);
  const config = values.config === undefined ? {} : { config: values.config };
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };
  switch (positionals.join(" ").replace(/^user reset .*/, "user reset")) {
    case "":
    case "start":
      return { command: "start", ...config };
    case "demo":
      return {
        command: "demo",
        seed: seedOf(values.seed),
        ...(values.data === undefined ? {} : { data: values.data }),
      };
    case "user reset": {
      const name = positionals.slice(2).join(" ");
      if (name === "") throw misused("Whose password? Name the person: vatio user reset <name>.");
      return { command: "user-reset", name, ...config };
    }
    case "help":
      return { command: "help" };
    case "version":
      return { command: "version" };
    default:
      throw misused(`There is no command "${positionals.join(" ")}".`);
  }
}

import { parseArgs } from "node:util";
import { VatioError } from "@vatio/plugin-api";

/** What is restored, and where to. */
export interface RestoreRequest {
  /** A backup, or a folder of backups. */
  readonly backup: string;
  /** The data folder; that of the configuration when left out. */
  readonly data?: string;
  readonly isForced: boolean;
  readonly isPartial: boolean;
  /** File that holds the passphrase of the backup. */
  readonly passphraseFile?: string;
  readonly config?: string;
}

/** What is examined. */
export interface DoctorRequest {
  readonly data?: string;
  readonly isRepairing: boolean;
  /** Folders of backups. */
  readonly from: readonly string[];
  readonly config?: string;
}

/** What the command line asks for. */
export type CliRequest =
  | { readonly command: "start"; readonly config?: string }
  | { readonly command: "demo"; readonly data?: string; readonly seed: number }
  | { readonly command: "user-reset"; readonly name: string; readonly config?: string }
  | { readonly command: "backup"; readonly folder?: string; readonly config?: string }
  | ({ readonly command: "restore" } & RestoreRequest)
  | ({ readonly command: "doctor" } & DoctorRequest)
  | { readonly command: "export"; readonly argv: readonly string[] }
  | { readonly command: "help" }
  | { readonly command: "version" };

/** What `vatio help` prints. */
export const USAGE = `Vatio, a self-hosted energy hub

  vatio start [--config vatio.yaml]        start the hub (what happens without a command as well)
  vatio demo [--data folder] [--seed n]    a simulated home and workshop in a throw-away folder
  vatio user reset <name>                  a new password for somebody who is locked out (hub stopped)
  vatio backup [folder]                    a backup, tried by restoring it; of a running hub or a stopped one
  vatio restore <backup> [--data folder] [--force] [--partial] [--passphrase-file file]
                                           puts a backup back (hub stopped); --force replaces data that is there
  vatio doctor [--data folder] [--repair [--from backups]]
                                           reads all data (hub stopped); --repair takes damaged files from backups
  vatio export readings|energy ...         readings or energy of a running hub as a file; see vatio export help
  vatio version

Settings come from vatio.yaml in the working folder and from the environment (VATIO_DATA, VATIO_HTTP_PORT, ...):
see docs/operations/configuration.md.`;

const OPTIONS = {
  config: { type: "string", short: "c" },
  data: { type: "string", short: "d" },
  seed: { type: "string" },
  force: { type: "boolean" },
  partial: { type: "boolean" },
  repair: { type: "boolean" },
  from: { type: "string", multiple: true },
  "passphrase-file": { type: "string" },
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

function backupFolder([, folder, ...rest]: readonly string[]): { readonly folder?: string } {
  if (rest.length > 0) throw misused("A backup goes into one folder. Put a path with blanks in quotes.");
  return folder === undefined ? {} : { folder };
}

interface RestoreFlags {
  readonly data?: string | undefined;
  readonly force?: boolean | undefined;
  readonly partial?: boolean | undefined;
  readonly "passphrase-file"?: string | undefined;
}

function restoreRequest([, backup, ...rest]: readonly string[], flags: RestoreFlags): RestoreRequest {
  if (backup === undefined || rest.length > 0) throw misused("Which backup? Name its folder: vatio restore <backup>.");
  const { data, force = false, partial = false, "passphrase-file": passphraseFile } = flags;
  return {
    backup,
    isForced: force,
    isPartial: partial,
    ...(data === undefined ? {} : { data }),
    ...(passphraseFile === undefined ? {} : { passphraseFile }),
  };
}

/**
 * Reads the command line.
 * @throws E_USAGE with the usage text for what nobody understands.
 */
export function readArguments(argv: readonly string[]): CliRequest {
  if (argv[0] === "export") return { command: "export", argv: argv.slice(1) };
  const { values, positionals } = parse(argv);
  const config = values.config === undefined ? {} : { config: values.config };
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };
  switch (positionals.join(" ").replace(/^(user reset|backup|restore) .*/s, "$1")) {
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
    case "backup":
      return { command: "backup", ...config, ...backupFolder(positionals) };
    case "restore":
      return { command: "restore", ...config, ...restoreRequest(positionals, values) };
    case "doctor":
      return {
        command: "doctor",
        ...config,
        ...(values.data === undefined ? {} : { data: values.data }),
        isRepairing: values.repair ?? false,
        from: values.from ?? [],
      };
    case "help":
      return { command: "help" };
    case "version":
      return { command: "version" };
    default:
      throw misused(`There is no command "${positionals.join(" ")}".`);
  }
}

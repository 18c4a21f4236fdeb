import path from "node:path";
import process from "node:process";
import { IN_MEMORY, loadBootConfig } from "@vatio/hub";
import { VatioError } from "@vatio/plugin-api";

/** The data folder that a command is about: the named one, else that of the configuration. @throws E_USAGE, E_CONFIG_INVALID */
export function dataFolder({ data, config }: { readonly data?: string; readonly config?: string }): string {
  if (data !== undefined) return path.resolve(data);
  const file = config === undefined ? {} : { file: config };
  const configured = loadBootConfig({ env: process.env, cwd: process.cwd(), ...file }).data;
  if (configured !== IN_MEMORY) return configured;
  throw new VatioError("E_USAGE", "This hub keeps nothing. Name a folder with --data.");
}

import path from "node:path";
import process from "node:process";
import { createHub, loadBootConfig, readableCode, systemRandom } from "@vatio/hub";
import { uiRoot } from "@vatio/ui/root";
import { VERSION } from "../version.js";

/**
 * Gives somebody who is locked out a new password, and prints it. Whoever may read the data folder may do this; the hub must be stopped.
 * @throws E_STORE_LOCKED while the hub runs, E_USER_UNKNOWN
 */
export async function userReset(name: string, file?: string): Promise<void> {
  const overrides = { log: { console: false } };
  const config = await loadBootConfig({
    env: process.env,
    cwd: process.cwd(),
    overrides,
    ...(file === undefined ? {} : { file }),
  });
  await using hub = await createHub({ config, plugins: [], uiRoot, version: VERSION });
  const password = Array.from({ length: 4 }, () => readableCode(systemRandom, 4)).join("-");
  await hub.parts.accounts.resetPassword(name, password);
  process.stdout.write(
    `\n  New password of ${name}: ${password}\n  Every session has ended. Data folder: ${path.resolve(config.data)}\n\n`,
  );
}

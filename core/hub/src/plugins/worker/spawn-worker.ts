import { createRequire } from "node:module";
import process from "node:process";
import { Worker } from "node:worker_threads";

/** How a worker is started. */
export interface SpawnOptions {
  /** For debuggers and process lists. */
  readonly name: string;
  /** Memory of its heap, in MB. */
  readonly memoryMb: number;
}

/** Variables that a plugin may see: those of the hub may hold secrets. */
const INHERITED = /^(?:PATH|HOME|TMPDIR|TMP|TEMP|TZ|LANG|LC_\w+|NODE_ENV|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|TSX_\w+)$/;

/** Starts the thread in which a plugin will run. */
export function spawnWorker({ name, memoryMb }: SpawnOptions): Worker {
  const { file, main, execArgv } = workerFile();
  return new Worker(file, {
    name,
    workerData: { main },
    execArgv,
    env: Object.fromEntries(Object.entries(process.env).filter(([key]) => INHERITED.test(key))),
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: Math.max(8, memoryMb / 8) },
  });
}

/**
 * What the thread loads: the built entry, or, when the hub itself runs from its TypeScript, a small module that registers tsx before it loads
 * the entry's source. Node 20 takes no TypeScript as the entry of a thread.
 */
function workerFile(): { readonly file: URL | string; readonly main?: string; readonly execArgv: string[] } {
  if (!import.meta.url.endsWith(".ts")) {
    return { file: createRequire(import.meta.url).resolve("@vatio/hub/worker"), execArgv: ["--enable-source-maps"] };
  }
  return {
    file: new URL("./bootstrap.mjs", import.meta.url),
    main: new URL("../worker-main.ts", import.meta.url).href,
    execArgv: ["--conditions=source", "--enable-source-maps"],
  };
}

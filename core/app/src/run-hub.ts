import process from "node:process";
import { type Hub, type HubAddress, STOP_DEADLINE, systemClock } from "@vatio/hub";
import { VatioError } from "@vatio/plugin-api";

/** A running hub with what the command line needs to know of it. After a restart it is another one. */
export interface Running {
  hub: Hub;
  address: HubAddress;
}

/** Prints an error as a person can use it: what happened and what to do, the stack only when it is our own fault. */
export function printError(error: unknown): void {
  const known = VatioError.from(error);
  process.stderr.write(`\n${known.code}: ${known.message}\n`);
  if (known.code === "E_INTERNAL" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

/**
 * Keeps the hub running until somebody asks it to stop, and ends the process. The second signal ends it at once, unless it is the same
 * one again: service managers and npm send theirs twice.
 */
export function stopOnSignals(running: Running, cleanUp: () => Promise<void> = async () => undefined): void {
  let askedAt: number | undefined;
  const stop = async (): Promise<void> => {
    systemClock.timer(STOP_DEADLINE, () => process.exit(1));
    await running.hub.stop();
    await cleanUp();
    process.exit(0);
  };
  const ask = (): void => {
    const now = systemClock.monotonic();
    if (askedAt === undefined) {
      askedAt = now;
      void stop().catch((error: unknown) => {
        printError(error);
        process.exit(1);
      });
    } else if (now - askedAt > 1_000) process.exit(130);
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
}

/** The hub fell into an error that no plugin caused: it says so and ends, so that a service manager starts it again. */
export function exitOnUnattributed(error: unknown): void {
  process.stderr.write(
    "\nAn error that no plugin caused. Vatio ends so that it can be started again with nothing half done.\n",
  );
  printError(error);
  process.exit(70);
}

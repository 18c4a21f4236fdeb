import path from "node:path";
import process from "node:process";
import { examineData, type Finding, systemClock } from "@vatio/hub";
import type { DoctorRequest } from "../arguments.js";
import { consoleLog } from "../console-log.js";
import { dataFolder } from "../data-folder.js";

const line = ({ file, problem, remedy, isRepaired }: Finding): string =>
  `${isRepaired ? "repaired" : "DAMAGED "}  ${file} ${problem}${/[.!]$/.test(problem) ? "" : "."} ${remedy}`;

/**
 * Reads all data of a hub that does not run and says what is wrong; with `isRepairing` it takes damaged sealed readings from backups. Ends
 * with 1 when something stays wrong.
 * @throws E_RESTORE_RUNNING, E_DATA_UNWRITABLE
 */
export async function doctor(request: DoctorRequest): Promise<void> {
  const data = dataFolder(request);
  const backups = request.from.map((folder) => path.resolve(folder));
  const { isRepairing } = request;
  const findings = await examineData({ data, backups, isRepairing, clock: systemClock, log: consoleLog });
  const lines = findings.length === 0 ? ["Everything is whole."] : findings.map(line);
  process.stdout.write(`\n  ${data}\n  ${lines.join("\n  ")}\n\n`);
  if (findings.some(({ isRepaired }) => !isRepaired)) process.exitCode = 1;
}

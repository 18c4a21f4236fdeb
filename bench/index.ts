import os from "node:os";
import process from "node:process";
import { runHubBench } from "./hub/run-hub-bench.js";
import { runPeerBench } from "./peers/run-peer-bench.js";
import { runStoreBench } from "./store/run-store-bench.js";

const [processor] = os.cpus();
console.log(
  `${os.cpus().length} x ${processor?.model ?? "unknown processor"}, ${Math.round(os.totalmem() / 1e9)} GB, Node.js ${process.versions.node}, ${os.platform()} ${os.arch()}`,
);
console.log("Load generator and hub share the machine.");

const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.includes("store")) await runStoreBench((line) => console.log(line));
if (wanted.length === 0 || wanted.includes("hub")) await runHubBench();
// Beside other engines: a year takes about half an hour, so it is only done when it is asked for. `npm run bench -- peers --days=30`
if (wanted.includes("peers")) {
  const days = Number(/^--days=(\d+)$/.exec(wanted.find((word) => word.startsWith("--days=")) ?? "")?.[1] ?? 365);
  await runPeerBench({ days, fleetDays: Math.ceil(days / 12) }, (line) => console.log(line));
}

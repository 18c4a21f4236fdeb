import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

// Entry of a worker when the hub runs from its sources: Node 20 does not take TypeScript here.
register();
await import(workerData.main);

import { parentPort } from "node:worker_threads";
import { runWorker } from "./worker/remote/run-worker.js";

// Entry of the thread in which a plugin runs.
if (parentPort) runWorker(parentPort);

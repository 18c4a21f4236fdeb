import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { METER_METRICS } from "../store/simulated-meter.js";
import { ChildServer, folderBytes, freePort, isInstalled } from "./child-engine.js";
import { DAY_MS, type DataSet } from "./data-set.js";
import { sendLines } from "./line-protocol.js";
import type { Engine, EngineKind, Question } from "./peer.js";

const configOf = (folder: string, http: number, rpc: number): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  cache-snapshot-write-cold-duration = "10s"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
`;

const MEAN = METER_METRICS.map((metric) => `min(${metric}), mean(${metric}), max(${metric})`).join(", ");

function statementOf(question: Question, { from, to }: DataSet): string {
  const since = (span: number): string => `m = '0' AND time >= ${Math.max(from, to - span)}ms AND time < ${to}ms`;
  switch (question) {
    case "last":
      return "SELECT last(power_w) FROM meter WHERE m = '0'";
    case "day":
      return `SELECT min(power_w), mean(power_w), max(power_w) FROM meter WHERE ${since(DAY_MS)} GROUP BY time(86400ms)`;
    case "dayAll":
      return `SELECT ${MEAN} FROM meter WHERE ${since(DAY_MS)} GROUP BY time(86400ms)`;
    case "dailyMonth":
      return `SELECT spread(energy_import_wh) FROM meter WHERE ${since(30 * DAY_MS)} GROUP BY time(1d)`;
    case "hourlyAll":
      return `SELECT spread(energy_import_wh) FROM meter WHERE ${since(to - from)} GROUP BY time(1h)`;
  }
}

interface Answer {
  readonly results: readonly { readonly series?: readonly { readonly values: readonly unknown[] }[] }[];
}

class InfluxDb implements Engine {
  readonly name = "InfluxDB";
  readonly #server: ChildServer;
  readonly #folder: string;

  constructor(server: ChildServer, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  async load(data: DataSet): Promise<void> {
    await this.#query("CREATE DATABASE bench WITH DURATION INF SHARD DURATION 30d");
    await sendLines(this.#server, "/write?db=bench&precision=ms", data);
    await this.#rest();
  }

  async bytes(): Promise<number> {
    return folderBytes(this.#folder);
  }

  memory(): number {
    return this.#server.memory;
  }

  async ask(question: Question, data: DataSet): Promise<number> {
    const { results } = await this.#query(statementOf(question, data));
    return results[0]?.series?.[0]?.values.length ?? 0;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  #query(statement: string): Promise<Answer> {
    return this.#server.json(`/query?db=bench&epoch=ms&q=${encodeURIComponent(statement)}`) as Promise<Answer>;
  }

  /** Until the log is in files, and their compaction has left their size alone for a while. */
  async #rest(): Promise<void> {
    let before = -1;
    let quiet = 0;
    for (let round = 0; round < 60 && quiet < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      const now = folderBytes(this.#folder);
      quiet = now === before ? quiet + 1 : 0;
      before = now;
    }
  }
}

/** InfluxDB 1.x of Debian. */
export const influxDb: EngineKind = {
  name: "InfluxDB",
  missing: () => (isInstalled("influxd") ? undefined : "influxd is not installed (Debian: influxdb)"),
  start: async (folder) => {
    mkdirSync(folder, { recursive: true });
    const [http, rpc] = [await freePort(), await freePort()];
    const config = path.join(folder, "influxdb.conf");
    writeFileSync(config, configOf(folder, http, rpc));
    const url = `http://127.0.0.1:${http}`;
    return new InfluxDb(await ChildServer.start("influxd", ["-config", config], { url, ready: "/ping" }), folder);
  },
};

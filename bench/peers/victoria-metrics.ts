import { mkdirSync } from "node:fs";
import { ChildServer, folderBytes, freePort, isInstalled } from "./child-engine.js";
import { DAY_MS, type DataSet } from "./data-set.js";
import { sendLines } from "./line-protocol.js";
import type { Engine, EngineKind, Question } from "./peer.js";

interface Answer {
  readonly data: { readonly result: readonly { readonly values?: readonly unknown[]; readonly value?: unknown }[] };
}

const HOUR = 3_600_000;

interface RangeQuestion {
  readonly query: string;
  readonly span: number;
  readonly step: number;
}

const threeOf = (selector: string): string =>
  `aggr_over_time(("min_over_time", "avg_over_time", "max_over_time"), ${selector}) keep_metric_names`;

function rangeOf(question: Exclude<Question, "last">, { from, to }: DataSet): RangeQuestion {
  switch (question) {
    case "day":
      return { query: threeOf(`meter_power_w{m="0"}`), span: DAY_MS, step: 86_400 };
    case "dayAll":
      return { query: threeOf(`{__name__=~"meter_.+",m="0"}`), span: DAY_MS, step: 86_400 };
    case "dailyMonth":
      return { query: `increase(meter_energy_import_wh{m="0"}[1d])`, span: 30 * DAY_MS, step: DAY_MS };
    case "hourlyAll":
      return { query: `increase(meter_energy_import_wh{m="0"}[1h])`, span: to - from, step: HOUR };
  }
}

class VictoriaMetrics implements Engine {
  readonly name = "VictoriaMetrics";
  readonly #server: ChildServer;
  readonly #folder: string;

  constructor(server: ChildServer, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  async load(data: DataSet): Promise<void> {
    await sendLines(this.#server, "/write?precision=ms", data);
    for (const step of ["/internal/force_flush", "/internal/force_merge"]) {
      await fetch(`${this.#server.url}${step}`);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
    }
  }

  async bytes(): Promise<number> {
    return folderBytes(this.#folder);
  }

  memory(): number {
    return this.#server.memory;
  }

  async ask(question: Question, data: DataSet): Promise<number> {
    const { result } = (await this.#json(question, data)).data;
    return result.reduce((sum, { value, values }) => sum + (values?.length ?? (value === undefined ? 0 : 1)), 0);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  #json(question: Question, data: DataSet): Promise<Answer> {
    if (question === "last") {
      const query = encodeURIComponent(`last_over_time(meter_power_w{m="0"}[1h])`);
      return this.#server.json(`/api/v1/query?nocache=1&time=${data.to / 1_000}&query=${query}`) as Promise<Answer>;
    }
    const { query, span, step } = rangeOf(question, data);
    const start = Math.max(data.from, data.to - span) + step;
    const range = `start=${start / 1_000}&end=${data.to / 1_000}&step=${step / 1_000}`;
    return this.#server.json(
      `/api/v1/query_range?nocache=1&${range}&query=${encodeURIComponent(query)}`,
    ) as Promise<Answer>;
  }
}

/** VictoriaMetrics, single node. */
export const victoriaMetrics: EngineKind = {
  name: "VictoriaMetrics",
  missing: () =>
    isInstalled("victoria-metrics") ? undefined : "victoria-metrics is not installed (Debian: victoria-metrics)",
  start: async (folder) => {
    mkdirSync(folder, { recursive: true });
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=${address}`,
      "-retentionPeriod=100y",
      "-search.maxPointsPerTimeseries=100000",
      "-search.latencyOffset=0s",
    ];
    const url = `http://${address}`;
    return new VictoriaMetrics(await ChildServer.start("victoria-metrics", args, { url, ready: "/health" }), folder);
  },
};

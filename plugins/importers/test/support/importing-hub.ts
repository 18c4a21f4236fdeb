import { createTestHub, type TestHub } from "@vatio/testkit";
import importers from "../../src/index.js";

/** What the API says of an uploaded file, an import, or an error: only what tests look at. */
export interface Answer {
  readonly id: string;
  readonly bytes: number;
  readonly name: string;
  readonly rows: number;
  readonly formats: readonly {
    readonly id: string;
    readonly sure: number;
    readonly suggested: Record<string, unknown>;
  }[];
  readonly series: readonly Summary[];
  readonly circuits: readonly (Summary & { readonly point: string; readonly channel: string })[];
  readonly conflicts: readonly { readonly key: string; readonly slots: number; readonly importWh: number }[];
  readonly notes: readonly { readonly note: { readonly key: string }; readonly count: number }[];
  readonly imports: readonly Answer[];
  readonly uploads: readonly Answer[];
  readonly error?: { readonly code: string; readonly details?: unknown };
}

interface Summary {
  readonly key: string;
  readonly rows: number;
  readonly importWh: number;
  readonly exportWh: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly months: readonly { readonly month: string; readonly importWh: number; readonly exportWh: number }[];
}

/** Energy in Wh. */
export interface Energy {
  readonly importWh: number;
  readonly exportWh: number;
}

type Columns = Partial<Record<keyof Energy, readonly (number | null)[]>>;

const API = "/api/v1";

/** A hub with the importers, spoken to over HTTP. */
export class ImportingHub implements AsyncDisposable {
  readonly hub: TestHub;
  readonly site: string;

  private constructor(hub: TestHub, site: string) {
    this.hub = hub;
    this.site = site;
  }

  static async start(store = "folder"): Promise<ImportingHub> {
    const hub = await createTestHub({ plugins: [importers], store, now: "2026-11-20T12:00:00Z" });
    return new ImportingHub(hub, hub.parts.sites.first()?.id ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
  }

  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.hub.request(`${API}${path}`, { method, ...(body === undefined ? {} : { body }) });
    return (answer.status === 204 ? {} : await answer.json()) as Answer;
  }

  /** Sends bytes. */
  async send(path: string, bytes: Uint8Array, type = "application/octet-stream"): Promise<Answer> {
    const headers = { ...(await this.hub.sessionHeaders()), "content-type": type };
    const answer = await fetch(`${this.hub.url}${API}${path}`, { method: "POST", headers, body: Buffer.from(bytes) });
    return (await answer.json()) as Answer;
  }

  upload(bytes: Uint8Array, name: string): Promise<Answer> {
    return this.send(`/imports?site=${this.site}&name=${encodeURIComponent(name)}`, bytes);
  }

  /** Energy of a point over its whole life. */
  async energy(point: string): Promise<Energy> {
    const { importWh = [], exportWh = [] } = await this.#usage(point, "month", ["1990-01-01", "2026-11-20"]);
    const sum = (column: readonly (number | null)[]): number =>
      column.reduce<number>((total, wh) => total + (wh ?? 0), 0);
    return { importWh: sum(importWh), exportWh: sum(exportWh) };
  }

  /** Import of the days of a range, in Wh. */
  async days(point: string, from: string, to: string): Promise<readonly number[]> {
    const { importWh = [] } = await this.#usage(point, "day", [from, to]);
    return importWh.map((wh) => wh ?? 0);
  }

  async #usage(point: string, bucket: string, range: readonly [string, string]): Promise<Columns> {
    const [from, to] = range.map((day) => Date.parse(day));
    const answer = await this.hub.request(
      `${API}/energy?site=${this.site}&points=${point}&from=${from}&to=${to}&bucket=${bucket}`,
    );
    const { points = [] } = (await answer.json()) as { points?: readonly Columns[] };
    return points[0] ?? {};
  }

  async newPoint(name: string): Promise<string> {
    const { id } = await this.hub.parts.points.create({ site: this.site as never, name, role: "circuit" });
    return id;
  }
}

import { type Text, text } from "@vatio/plugin-api";

/** `degraded` works in part, `failed` does not work. */
export type HealthStatus = "ok" | "degraded" | "failed";

/** A node of the health tree with a sentence for a person. */
export interface HealthNode {
  readonly name: string;
  readonly status: HealthStatus;
  readonly why: Text;
  readonly children: readonly HealthNode[];
}

interface Mark {
  status: HealthStatus;
  why: Text;
}

const OK: Mark = { status: "ok", why: text("health.ok") };
const RANK: Readonly<Record<HealthStatus, number>> = { ok: 0, degraded: 1, failed: 2 };

/** Health of the hub, its plugins and its devices, as a tree. Paths are such as `hub/store` and `plugins/shelly`. */
export class HealthTree {
  readonly #marks = new Map<string, Mark>();
  readonly #fine = new Map<string, Text>();
  readonly #listeners = new Set<(status: HealthStatus) => void>();

  set(path: string, status: HealthStatus, why: Text = this.#fine.get(path) ?? OK.why): void {
    this.#change(() => this.#marks.set(path, { status, why }));
  }

  ok(path: string): void {
    this.set(path, "ok");
  }

  /** Says what a part does while it works, from now on. One that has a problem already keeps it. */
  fine(path: string, what: Text): void {
    this.#fine.set(path, what);
    if ((this.#marks.get(path)?.status ?? "ok") === "ok") this.ok(path);
  }

  delete(path: string): void {
    this.#change(() => this.#marks.delete(path));
  }

  /** Calls back when the worst status of the tree changes. */
  onChange(listener: (status: HealthStatus) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** The worst status of the tree, or of one branch such as `hub`. */
  status(branch = ""): HealthStatus {
    let worst: HealthStatus = "ok";
    for (const [path, { status }] of this.#marks) {
      const inside = branch === "" || path === branch || path.startsWith(`${branch}/`);
      if (inside && RANK[status] > RANK[worst]) worst = status;
    }
    return worst;
  }

  tree(): HealthNode {
    return this.#node("", "vatio");
  }

  #change(apply: () => void): void {
    const before = this.status();
    apply();
    const now = this.status();
    if (now !== before) for (const listener of this.#listeners) listener(now);
  }

  #node(path: string, name: string): HealthNode {
    const prefix = path === "" ? "" : `${path}/`;
    const names = new Set(
      [...this.#marks.keys()]
        .filter((key) => key.startsWith(prefix) && key !== path)
        .map((key) => key.slice(prefix.length).split("/")[0] ?? ""),
    );
    const children = [...names].sort().map((child) => this.#node(prefix + child, child));
    const own = this.#marks.get(path) ?? OK;
    const worst = children.reduce<HealthNode | Mark>(
      (found, child) => (RANK[child.status] > RANK[found.status] ? child : found),
      own,
    );
    return { name, status: worst.status, why: worst.why, children };
  }
}

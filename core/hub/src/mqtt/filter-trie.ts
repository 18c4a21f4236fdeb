import { isReserved } from "./topic-filter.js";

interface Node<T> {
  readonly children: Map<string, Node<T>>;
  /** Values whose filter ends here. */
  readonly here: Set<T>;
  /** Values whose filter goes on with `#`, which includes this level itself. */
  readonly below: Set<T>;
}

const newNode = <T>(): Node<T> => ({ children: new Map(), here: new Set(), below: new Set() });

/** Values by topic filter, found by topic in a time that depends on the topic's levels, not on the number of filters. */
export class FilterTrie<T> {
  readonly #root = newNode<T>();

  /** Adds a value under a valid filter; adding it twice is the same as once. */
  add(filter: string, value: T): void {
    let node = this.#root;
    const levels = filter.split("/");
    const open = levels.at(-1) === "#";
    for (const level of open ? levels.slice(0, -1) : levels) {
      const child = node.children.get(level) ?? newNode<T>();
      node.children.set(level, child);
      node = child;
    }
    (open ? node.below : node.here).add(value);
  }

  /** Takes a value away from a filter; branches that hold nothing any more go with it. */
  delete(filter: string, value: T): void {
    const levels = filter.split("/");
    const open = levels.at(-1) === "#";
    prune(this.#root, open ? levels.slice(0, -1) : levels, (node) => (open ? node.below : node.here).delete(value));
  }

  /** The values whose filters match a topic; one that is under several of them comes once. */
  match(topic: string): Set<T> {
    const found = new Set<T>();
    const levels = topic.split("/");
    collect(this.#root, levels, 0, { found, reserved: isReserved(topic) });
    return found;
  }

  /** Whether any filter matches a topic. */
  has(topic: string): boolean {
    return this.match(topic).size > 0;
  }
}

function prune<T>(node: Node<T>, levels: readonly string[], remove: (node: Node<T>) => void): void {
  const [level, ...rest] = levels;
  if (level === undefined) {
    remove(node);
    return;
  }
  const child = node.children.get(level);
  if (!child) return;
  prune(child, rest, remove);
  if (child.children.size + child.here.size + child.below.size === 0) node.children.delete(level);
}

interface Search<T> {
  readonly found: Set<T>;
  /** The topic starts with `$`: wildcards of the first level leave it out. */
  readonly reserved: boolean;
}

function collect<T>(node: Node<T>, levels: readonly string[], depth: number, search: Search<T>): void {
  const wildcards = depth > 0 || !search.reserved;
  if (wildcards) for (const value of node.below) search.found.add(value);
  const level = levels[depth];
  if (level === undefined) {
    for (const value of node.here) search.found.add(value);
    return;
  }
  const exact = node.children.get(level);
  if (exact) collect(exact, levels, depth + 1, search);
  const any = wildcards ? node.children.get("+") : undefined;
  if (any) collect(any, levels, depth + 1, search);
}

import { refused } from "./refusal.js";
import { STATEMENT_LIMITS as LIMITS } from "./statement-limits.js";
import type { TreeNode } from "./statement-tree.js";

/** What a check gathers on its way through a tree. */
export class CheckContext {
  /** Virtual tables that the statement names. */
  readonly used = new Set<string>();
  readonly #virtual: ReadonlySet<string>;
  #nodes = 0;
  #tables = 0;
  #joinedTexts = 0;

  constructor(virtual: ReadonlySet<string>) {
    this.#virtual = virtual;
  }

  /** Notes a part of the tree at a depth. */
  enter(depth: number): void {
    this.#nodes++;
    if (depth > LIMITS.depth) throw refused("it is nested too deeply");
    if (this.#nodes > LIMITS.nodes) throw refused("it is too long");
  }

  table(): void {
    this.#tables++;
    if (this.#tables > LIMITS.tables) throw refused(`it names more than ${LIMITS.tables} tables`);
  }

  joinTexts(count: number): void {
    this.#joinedTexts += count;
    if (this.#joinedTexts > LIMITS.joinedTexts)
      throw refused(`it joins more than ${LIMITS.joinedTexts} texts; join them where the answer is used`);
  }

  isVirtual(name: string): boolean {
    return this.#virtual.has(name);
  }
}

/** The checks of the parts that hold each other. */
export interface Checks {
  readonly query: (node: TreeNode, place: Place) => void;
  readonly table: (node: TreeNode, place: Place) => void;
  readonly expression: (node: TreeNode, place: Place) => void;
}

/** Where in the tree a check is. */
export interface Place {
  readonly checks: Checks;
  readonly context: CheckContext;
  /** Names of the statement's own tables (WITH) that can be seen here. */
  readonly names: ReadonlySet<string>;
  readonly depth: number;
}

/** One level further down. */
export function below(place: Place): Place {
  const depth = place.depth + 1;
  place.context.enter(depth);
  return { ...place, depth };
}

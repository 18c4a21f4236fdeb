import { type EventDeclaration, type PluginId, type TSchema, VatioError } from "@vatio/plugin-api";
import { badPaths } from "../bad-paths.js";
import { CORE_EVENTS } from "./core-events.js";

/** A declared event. */
export interface DeclaredEvent extends EventDeclaration {
  readonly owner: PluginId | "hub";
  /** Paths of a payload that are wrong, with what is wrong; empty for a valid one. */
  problems(payload: unknown): readonly string[];
}

/** The events that hub and plugins declared: a name has one owner and one schema. */
export class EventTypes {
  readonly #declared = new Map<string, DeclaredEvent>();
  readonly #renamed = new Map<string, string>();

  constructor() {
    this.declare("hub", CORE_EVENTS);
  }

  get(type: string): DeclaredEvent | undefined {
    return this.#declared.get(type);
  }

  /**
   * Adds the events of an owner; disposing takes them away again.
   * @throws E_EVENT_CONFLICT when another owner declared one of the names; then none is added
   */
  declare(owner: PluginId | "hub", events: Readonly<Record<string, EventDeclaration>>): Disposable {
    for (const type of Object.keys(events)) this.#refuseConflict(owner, type);
    for (const [type, declaration] of Object.entries(events)) {
      this.#declared.set(type, { ...declaration, owner, problems: problemsWith(declaration.payload) });
    }
    return {
      [Symbol.dispose]: () => {
        for (const type of Object.keys(events)) this.#declared.delete(type);
      },
    };
  }

  /** From now on the old name stands for the new one. */
  rename(from: string, to: string): void {
    this.#renamed.set(from, to);
  }

  /** The name that replaces a deprecated one. */
  renamed(type: string): string | undefined {
    return this.#renamed.get(type);
  }

  #refuseConflict(owner: PluginId | "hub", type: string): void {
    const known = this.#declared.get(type);
    if (!known || known.owner === owner) return;
    const message = `The event ${type} is declared by ${known.owner} already. Rename it in the manifest of ${owner}.`;
    throw new VatioError("E_EVENT_CONFLICT", message, { details: { type, owner: known.owner } });
  }
}

const problemsWith =
  (schema: TSchema) =>
  (payload: unknown): readonly string[] =>
    badPaths(schema, payload).map(({ path, problem }) => `${path || "/"}: ${problem}`);

import { type CommandDeclaration, type PluginId, SHARED_COMMANDS, type TSchema, VatioError } from "@vatio/plugin-api";
import { type BadPath, badPaths, inputInvalid, listBadPaths } from "../bad-paths.js";

/** A declared command with its checks. */
export interface DeclaredCommand extends CommandDeclaration {
  readonly name: string;
  readonly owner: PluginId | "hub";
  /** @throws E_INPUT_INVALID */
  checkInput(input: unknown): void;
  /** @throws E_OUTPUT_INVALID */
  checkOutput(output: unknown): void;
}

/** The commands that hub and plugins declared. */
export class CommandTypes {
  readonly #declared = new Map<string, DeclaredCommand>();

  constructor() {
    this.declare("hub", SHARED_COMMANDS);
  }

  get(name: string): DeclaredCommand | undefined {
    return this.#declared.get(name);
  }

  /**
   * Adds the commands of an owner; disposing takes them away again.
   * @throws E_COMMAND_CONFLICT when another owner declared one of the names; then none is added
   */
  declare(owner: PluginId | "hub", commands: Readonly<Record<string, CommandDeclaration>>): Disposable {
    for (const name of Object.keys(commands)) this.#refuseConflict(owner, name);
    for (const [name, declaration] of Object.entries(commands)) {
      this.#declared.set(name, declaredCommand(name, owner, declaration));
    }
    return {
      [Symbol.dispose]: () => {
        for (const name of Object.keys(commands)) this.#declared.delete(name);
      },
    };
  }

  #refuseConflict(owner: PluginId | "hub", name: string): void {
    const known = this.#declared.get(name);
    if (!known || known.owner === owner) return;
    const message = `The command ${name} is declared by ${known.owner} already. Rename it in the manifest of ${owner}.`;
    throw new VatioError("E_COMMAND_CONFLICT", message, { details: { name, owner: known.owner } });
  }
}

function declaredCommand(name: string, owner: PluginId | "hub", declaration: CommandDeclaration): DeclaredCommand {
  const checkInput = checker(declaration.input, (paths) => inputInvalid(`The input of ${name}`, paths, { name }));
  const checkOutput = checker(declaration.output, (paths) => {
    const message = `The handler of ${name} answered what its schema does not allow: ${listBadPaths(paths)}.`;
    return new VatioError("E_OUTPUT_INVALID", message, { details: { name, paths } });
  });
  return { ...declaration, name, owner, checkInput, checkOutput };
}

function checker(schema: TSchema, errorOf: (paths: readonly BadPath[]) => VatioError): (value: unknown) => void {
  return (value) => {
    const paths = badPaths(schema, value);
    if (paths.length > 0) throw errorOf(paths);
  };
}

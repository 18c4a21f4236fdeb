import { type CommandDeclaration, type PluginId, SHARED_COMMANDS, type TSchema, VatioError } from "@vatio/plugin-api";
import { Compile, type Validator } from "typebox/compile";

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
  const checkInput = checker(declaration.input, (problems) => {
    const message = `The input of ${name} is wrong: ${problems.join("; ")}.`;
    return new VatioError("E_INPUT_INVALID", message, { details: { name, problems } });
  });
  const checkOutput = checker(declaration.output, (problems) => {
    const message = `The handler of ${name} answered what its schema does not allow: ${problems.join("; ")}.`;
    return new VatioError("E_OUTPUT_INVALID", message, { details: { name, problems } });
  });
  return { ...declaration, name, owner, checkInput, checkOutput };
}

function checker(schema: TSchema, errorOf: (problems: readonly string[]) => VatioError): (value: unknown) => void {
  let validator: Validator | undefined;
  return (value) => {
    validator ??= Compile(schema);
    if (validator.Check(value)) return;
    throw errorOf(validator.Errors(value).map((error) => `${error.instancePath || "/"} ${error.message}`));
  };
}

import ts from "typescript";
import { readText } from "./repository.js";

/** What the source says of one error code. */
export interface CodeFacts {
  readonly files: readonly string[];
  /** What `retryable` is where the error is made in one expression; a call that leaves it out makes `false`. */
  readonly retryable: readonly boolean[];
  /** Some call decides `retryable` in a way that the text does not show. */
  readonly open: boolean;
}

interface Gathered {
  files: Set<string>;
  retryable: Set<boolean>;
  open: boolean;
}

const CODE = /^E_[A-Z0-9]+(?:_[A-Z0-9]+)*$/;

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readText(file), ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);

function visitAll(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => visitAll(child, visit));
}

/** Every error code that stands in the code as a text, whether thrown on the spot or handed to a helper. */
export function errorCodes(files: readonly string[]): ReadonlyMap<string, CodeFacts> {
  const codes = new Map<string, Gathered>();
  for (const file of files.filter((each) => readText(each).includes("E_"))) {
    visitAll(parse(file), (node) => {
      if (!ts.isStringLiteralLike(node) || !CODE.test(node.text)) return;
      const known = codes.get(node.text) ?? { files: new Set(), retryable: new Set(), open: false };
      codes.set(node.text, known);
      known.files.add(file);
      const retryable = retryableOf(node);
      if (retryable === undefined) known.open = true;
      else known.retryable.add(retryable);
    });
  }
  return new Map(
    [...codes].map(([code, { files: at, retryable, open }]) => [
      code,
      { files: [...at], retryable: [...retryable], open },
    ]),
  );
}

/** `retryable` of the `new VatioError("E_…", message, options)` that a code belongs to; undefined when it is not to be seen. */
function retryableOf(code: ts.StringLiteralLike): boolean | undefined {
  const made = code.parent;
  const isError = ts.isNewExpression(made) && /Error$/.test(made.expression.getText()) && made.arguments?.[0] === code;
  if (!isError) return undefined;
  const options = made.arguments?.[2];
  if (options === undefined) return false;
  if (!ts.isObjectLiteralExpression(options)) return undefined;
  const named = options.properties.find((property) => property.name?.getText() === "retryable");
  if (named === undefined) return options.properties.some(ts.isSpreadAssignment) ? undefined : false;
  const value = ts.isPropertyAssignment(named) ? named.initializer.kind : undefined;
  if (value === ts.SyntaxKind.TrueKeyword) return true;
  return value === ts.SyntaxKind.FalseKeyword ? false : undefined;
}

/** Members of every declaration of an interface, by name, with the names of the members of their types. */
export function interfaceMembers(files: readonly string[], name: string): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, readonly string[]>();
  // Parsing is what takes the time.
  for (const file of files.filter((each) => readText(each).includes(`interface ${name}`))) {
    visitAll(parse(file), (node) => {
      if (!ts.isInterfaceDeclaration(node) || node.name.text !== name) return;
      for (const member of node.members) {
        if (!ts.isPropertySignature(member) || !ts.isStringLiteral(member.name)) continue;
        members.set(member.name.text, propertiesOf(member.type));
      }
    });
  }
  return members;
}

const propertiesOf = (type: ts.TypeNode | undefined): readonly string[] =>
  type && ts.isTypeLiteralNode(type) ? type.members.flatMap((member) => member.name?.getText() ?? []) : [];

/** Names of the members of an interface, in every declaration in the file. */
export function plainMembers(file: string, name: string): readonly string[] {
  const names: string[] = [];
  visitAll(parse(file), (node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== name) return;
    for (const { name: own } of node.members)
      if (own && (ts.isIdentifier(own) || ts.isStringLiteral(own))) names.push(own.text);
  });
  return names;
}

/** Names that a module exports by lists: `export { a, type B } from "…"`, and by declaration. */
export function exportedNames(file: string): readonly string[] {
  const names: string[] = [];
  visitAll(parse(file), (node) => {
    if (ts.isExportSpecifier(node)) names.push(node.name.text);
    if (!ts.isVariableStatement(node) || !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
      return;
    for (const { name } of node.declarationList.declarations) names.push(name.getText());
  });
  return names;
}

/** The texts of a union type: `"http" | "ui"`; of a template (`net.host:${string}`), what stands before the hole. */
export function unionTexts(file: string, name: string): readonly string[] {
  const texts: string[] = [];
  visitAll(parse(file), (node) => {
    if (!ts.isTypeAliasDeclaration(node) || node.name.text !== name || !ts.isUnionTypeNode(node.type)) return;
    for (const type of node.type.types) {
      if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) texts.push(type.literal.text);
      if (ts.isTemplateLiteralTypeNode(type)) texts.push(type.head.text);
    }
  });
  return texts;
}

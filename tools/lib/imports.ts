import ts from "typescript";

/** One reference of a source file to another module or file. */
export interface ImportReference {
  readonly specifier: string;
  /** 1 for the first line. */
  readonly line: number;
  /** Leaves no trace in the JavaScript. `import { type A }` does leave one, so it does not count. */
  readonly typeOnly: boolean;
  /** A file named by `new URL("…", import.meta.url)`, not a module. */
  readonly asset: boolean;
}

/** Static, dynamic and type imports, re-exports, augmentations, `import.meta.resolve` and files named by URL. */
export function findImports(file: string, text: string): ImportReference[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, false, scriptKind(file));
  const found: ImportReference[] = [];
  const visit = (node: ts.Node): void => {
    const reference = referenceOf(node);
    if (reference !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(reference.specifier.getStart(source));
      const { typeOnly = false, asset = false } = reference;
      found.push({ specifier: reference.specifier.text, line: line + 1, typeOnly, asset });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The language of a file, for the parser. */
export function scriptKind(file: string): ts.ScriptKind {
  return file.endsWith("js") ? ts.ScriptKind.JS : ts.ScriptKind.TS;
}

interface RawReference {
  readonly specifier: ts.StringLiteralLike;
  readonly typeOnly?: boolean;
  readonly asset?: boolean;
}

function referenceOf(node: ts.Node): RawReference | undefined {
  if (ts.isImportDeclaration(node)) {
    return literal(node.moduleSpecifier, { typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword });
  }
  if (ts.isExportDeclaration(node)) return literal(node.moduleSpecifier, { typeOnly: node.isTypeOnly });
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return literal(node.argument.literal, { typeOnly: true });
  }
  if (ts.isModuleDeclaration(node)) return literal(node.name, { typeOnly: true });
  if (ts.isCallExpression(node) && loadsModule(node)) return literal(node.arguments[0]);
  if (ts.isNewExpression(node) && isFileUrl(node)) return literal(node.arguments?.[0], { asset: true });
  return undefined;
}

function literal(node: ts.Node | undefined, marks: Omit<RawReference, "specifier"> = {}): RawReference | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? { specifier: node, ...marks } : undefined;
}

/** `import("…")`, `require("…")`, `require.resolve("…")`, `import.meta.resolve("…")`. */
function loadsModule({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(expression)) return expression.text === "require";
  if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== "resolve") return false;
  return ts.isMetaProperty(expression.expression) || isNamed(expression.expression, "require");
}

function isFileUrl(node: ts.NewExpression): boolean {
  const base = node.arguments?.[1];
  return (
    isNamed(node.expression, "URL") &&
    base !== undefined &&
    ts.isPropertyAccessExpression(base) &&
    ts.isMetaProperty(base.expression)
  );
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type Fence, fencesOf } from "./support/markdown.js";
import { filesBelow, readText, repository } from "./support/repository.js";

/** A fence of a document. */
interface Sample extends Fence {
  readonly document: string;
}

const fences: readonly Sample[] = filesBelow("docs/plugins", ".md").flatMap((document) =>
  fencesOf(readText(document)).map((fence) => ({ ...fence, document })),
);

const placeOf = ({ document, line }: Sample): string => `${document}:${line}`;
const excerpts = fences.flatMap((sample) => {
  const file = /\bfile=(\S+)/.exec(sample.info)?.[1];
  return file === undefined ? [] : [{ place: placeOf(sample), file, code: sample.code }];
});
const standalone = fences.filter(({ info }) => /^ts\b/.test(info) && !info.includes("file="));

/** What stands around a fence `ts ctx`: the body of a function that has the context and some ids. */
const CONTEXT = [
  `import { after, days, definePlugin, hours, instant, minutes, row, seconds, text, Type, VatioError } from "@vatio/plugin-api";`,
  `import type { Batch, ChannelId, DeviceId, FetchApp, Instant, Manifest, MqttMessage, PluginContext, PointId, Range, SiteId } from "@vatio/plugin-api";`,
  `import { createTestHub, describePluginContract, eventually, seededRandom, type TestHub } from "@vatio/testkit";`,
  `export async function sample(ctx: PluginContext<{ leastW: number; host: string }>, channel: ChannelId, device: DeviceId, point: PointId, hub: TestHub): Promise<void> {`,
].join(" ");

const moduleOf = ({ info, code }: Sample): string => (info.includes("ctx") ? `${CONTEXT}\n${code}}\n` : `\n${code}`);

/** One program for all fences: each is a module beside its document. */
function compileAll(sources: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile(path.join(repository, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
  const compilerOptions: ts.CompilerOptions = {
    ...options,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: ["node", "vite/client"],
    // As panels are built; nothing else in a fence has decorators.
    experimentalDecorators: true,
    useDefineForClassFields: false,
    noUnusedLocals: false,
  };
  const host = ts.createCompilerHost(compilerOptions);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const own = sources.get(file);
    return own === undefined ? getSourceFile(file, ...rest) : ts.createSourceFile(file, own, ts.ScriptTarget.ES2023);
  };
  const roots = [...sources.keys(), path.join(repository, "ui/src/modules.d.ts")];
  return ts.createProgram({ rootNames: roots, options: compilerOptions, host });
}

function problemsOf(program: ts.Program, file: string, firstLine: number): readonly string[] {
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ messageText, start = 0 }) => {
      const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) - 1 + firstLine;
      return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    },
  );
}

/** Without indentation: an excerpt may be a part of a function. */
const flat = (code: string): string => code.replace(/^[ \t]+/gm, "");

describe("code in docs/plugins", () => {
  it("is there", () => {
    expect(excerpts.length).toBeGreaterThan(3);
    expect(standalone.length).toBeGreaterThan(10);
  });

  it.each(excerpts)("$place is a part of $file", ({ file, code }) => {
    expect(flat(readText(file))).toContain(flat(code));
  });

  it("compiles against the packages", { timeout: 120_000 }, () => {
    const named = standalone.map((sample, index) => ({
      sample,
      file: path.join(repository, `docs/plugins/fence-${index}.ts`),
    }));
    const program = compileAll(new Map(named.map(({ file, sample }) => [file, moduleOf(sample)])));
    const problems = named.flatMap(({ file, sample }) =>
      problemsOf(program, file, sample.line).map((problem) => `${sample.document} ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  it("would not compile with a mistake", { timeout: 120_000 }, () => {
    const file = path.join(repository, "docs/plugins/fence-wrong.ts");
    const wrong = `\nimport { minutes } from "@vatio/plugin-api";\nexport const span: string = minutes(1);\n`;
    const program = compileAll(new Map([[file, wrong]]));
    expect(problemsOf(program, file, 1)).toEqual([
      expect.stringContaining("line 2: Type 'DurationMs' is not assignable"),
    ]);
  });
});

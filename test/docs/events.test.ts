import { type CommandDeclaration, type Manifest, SHARED_COMMANDS } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { rowsOf } from "./support/markdown.js";
import { filesBelow, readText, shippedSources } from "./support/repository.js";
import { interfaceMembers } from "./support/source-facts.js";

const page = readText("docs/events.md");
const [eventsPart = "", commandsPart = ""] = page.split("\n## Commands\n");
const sources = shippedSources("core/plugin-api", "core/hub", "plugins");

const wordsIn = (cell = ""): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);

function rowsByName(markdown: string): ReadonlyMap<string, readonly string[]> {
  const named = rowsOf(markdown).filter(([name = ""]) => /^`[a-z-]+\.[a-z-]+`$/.test(name));
  return new Map(named.map(([name = "", ...cells]) => [name.replaceAll("`", ""), cells]));
}

/** The commands in the manifests of the plugins that ship. */
function pluginCommands(): Readonly<Record<string, CommandDeclaration>> {
  const manifests = filesBelow("plugins", "/manifest.json").map((file) => JSON.parse(readText(file)) as Manifest);
  return Object.fromEntries(manifests.flatMap(({ commands = {} }) => Object.entries(commands)));
}

describe("docs/events.md", () => {
  it("lists every event of the map, with its payload, and no other", () => {
    const typed = interfaceMembers(sources, "VatioEvents");
    const said = [...rowsByName(eventsPart)].map(([name, [payload]]) => [name, wordsIn(payload)]);
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(typed));
    expect(typed.size).toBeGreaterThanOrEqual(10);
  });

  it("says which events are retained, as the hub declares it", () => {
    const entries = readText("core/hub/src/bus/core-events.ts").split(/\n {2}(?=")/);
    const retained = entries.flatMap((entry) => {
      const [name, by] = [/^"([a-z.]+)":/.exec(entry)?.[1], /retainBy: "([a-z]+)"/.exec(entry)?.[1]];
      return name !== undefined && by !== undefined ? [[name, by]] : [];
    });
    const said = [...rowsByName(eventsPart)].filter(([, [, , by]]) => by !== "");
    expect(retained.length).toBeGreaterThan(0);
    expect(said.map(([name, [, , by]]) => [name, ...wordsIn(by)])).toEqual(retained);
  });

  it("lists every command that the code declares, and no other", () => {
    const typed = interfaceMembers(sources, "VatioCommands");
    expect([...rowsByName(commandsPart).keys()].sort()).toEqual([...typed.keys()].sort());
    expect(Object.keys(SHARED_COMMANDS).filter((name) => !typed.has(name))).toEqual([]);
  });

  it.each(Object.entries({ ...SHARED_COMMANDS, ...pluginCommands() }))(
    "describes %s as it is",
    (name, { action, input, output }) => {
      const [inputs, outputs, needed] = rowsByName(commandsPart).get(name) ?? [];
      const propertiesOf = (schema: object): readonly string[] =>
        Object.keys("properties" in schema ? (schema.properties as object) : {});
      expect([wordsIn(inputs), wordsIn(outputs), wordsIn(needed)]).toEqual([
        propertiesOf(input),
        propertiesOf(output),
        [action],
      ]);
    },
  );
});

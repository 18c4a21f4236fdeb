import { describe, expect, it } from "vitest";
import { proseOf, rowsOf } from "./support/markdown.js";
import { filesBelow, readText } from "./support/repository.js";
import { exportedNames, plainMembers, unionTexts } from "./support/source-facts.js";

const API = "core/plugin-api/src";
const reference = readText("docs/plugins/reference.md");
const ui = readText("docs/plugins/ui.md");

/** Words in code in the first cell of every row. */
const firstCells = (markdown: string): string =>
  rowsOf(markdown)
    .map(([cell = ""]) => cell)
    .join("\n");

/** What stands below a heading of the second level. */
function partOf(markdown: string, heading: string): string {
  const begin = markdown.indexOf(`\n## ${heading}\n`);
  const end = markdown.indexOf("\n## ", begin + 1);
  return begin < 0 ? "" : markdown.slice(begin, end < 0 ? undefined : end);
}

const codeIn = (markdown: string): string =>
  [...proseOf(markdown).matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code).join("\n");

const missingIn = (text: string, names: readonly string[]): readonly string[] =>
  names.filter((name) => !new RegExp(`(?<![\\w-])${name.replaceAll(/[.:$]/g, "\\$&")}(?!\\w)`).test(text));

describe("docs/plugins/reference.md", () => {
  it("has every field of a manifest in its table", () => {
    const fields = plainMembers(`${API}/plugin.ts`, "Manifest");
    expect(fields.length).toBeGreaterThan(15);
    expect(missingIn(firstCells(reference), fields)).toEqual([]);
  });

  it("has every permission in its table", () => {
    const permissions = unionTexts(`${API}/plugin.ts`, "Permission");
    expect(permissions.length).toBeGreaterThan(10);
    expect(permissions.filter((permission) => !firstCells(reference).includes(`\`${permission}`))).toEqual([]);
  });

  it("speaks of every service of the context", () => {
    const own = plainMembers(`${API}/context.ts`, "PluginContext");
    const services = [...own, ...plainMembers(`${API}/context.ts`, "ActorServices")];
    expect(services.length).toBeGreaterThan(20);
    expect(missingIn(proseOf(reference), services)).toEqual([]);
  });

  it.each([
    ["telemetry.ts", "Telemetry", "telemetry"],
    ["events.ts", "EventBus", "events"],
    ["commands.ts", "CommandBus", "commands"],
    ["mqtt.ts", "Mqtt", "mqtt"],
    ["net.ts", "Net", "net"],
    ["http.ts", "Http", "http"],
    ["devices.ts", "Devices", "devices"],
    ["storage.ts", "KeyValue", "kv"],
    ["storage.ts", "PrivateFiles", "files"],
    ["storage.ts", "Secrets", "secrets"],
    ["scheduler.ts", "Scheduler", "clock and scheduler"],
    ["scheduler.ts", "Clock", "clock and scheduler"],
    ["places.ts", "Points", "sites and points"],
    ["places.ts", "Sites", "sites and points"],
    ["later.ts", "Audit", "audit"],
    ["schema.ts", "FormAnnotations", "Settings"],
  ])("speaks of every member of %s, %s, in its part", (file, name, heading) => {
    const names = plainMembers(`${API}/${file}`, name);
    expect(names.length).toBeGreaterThan(0);
    expect(missingIn(codeIn(partOf(reference, heading)), names)).toEqual([]);
  });
});

describe("docs/plugins/ui.md", () => {
  it("has every export of the SDK", () => {
    const names = exportedNames("ui/src/sdk.ts");
    expect(names).toEqual(expect.arrayContaining(["html", "PanelHub", "UI_API"]));
    expect(missingIn(firstCells(ui), names)).toEqual([]);
  });

  it("has every member of the property hub", () => {
    const members = plainMembers("ui/src/contributions/panel-hub.ts", "PanelHub");
    expect(members.length).toBeGreaterThan(10);
    expect(missingIn(firstCells(ui), members)).toEqual([]);
  });

  it("names tokens and classes that exist", () => {
    const theme = filesBelow("ui/src/theme", ".css").map(readText).join("\n");
    const sheets = filesBelow("ui/src/controls/styles", ".css").map(readText).join("\n");
    const looks = ui.slice(ui.indexOf("## Looks"), ui.indexOf("## Words"));
    const words = [...looks.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
    const tokens = words.filter((word) => /^--[a-z0-9-]+$/.test(word));
    const classes = words.filter((word) => /^[a-z]+(?:-[a-z]+)?$/.test(word));
    expect(tokens.length).toBeGreaterThan(30);
    expect(tokens.filter((token) => !theme.includes(`${token}:`))).toEqual([]);
    expect(classes.length).toBeGreaterThan(10);
    expect(classes.filter((name) => !sheets.includes(`.${name}`))).toEqual([]);
  });
});

import type { Metric, MetricRegistry } from "@vatio/model";
import type { Manifest } from "@vatio/plugin-api";
import validVersion from "semver/functions/valid.js";
import { filterProblem } from "../mqtt/topic-filter.js";
import { allErrors } from "../schema-errors.js";
import { aliasProblem } from "./alias-problem.js";
import { isRecord } from "./json-schema.js";
import { ManifestSchema } from "./manifest-schema.js";
import { explained } from "./own-reason.js";

/**
 * A manifest that was checked: its shape, and that everything it declares stays within its own name space.
 * @throws E_MANIFEST_INVALID with every problem in `details`
 */
export function checkManifest(manifest: unknown): Manifest {
  const shape = allErrors(ManifestSchema, manifest).map(({ path, message }) => `${path || "/"} ${message}`);
  const problems = shape.length > 0 ? shape : meaningProblems(manifest as Manifest);
  if (problems.length === 0) return manifest as Manifest;
  const id = isRecord(manifest) ? String(manifest.id).slice(0, 64) : "?";
  const message = `The manifest of ${id} is wrong: ${problems.join("; ")}.`;
  const params = { problems: problems.join("; ") };
  throw explained("E_MANIFEST_INVALID", {
    key: "plugin.why.manifest",
    params,
    message,
    details: { plugin: id, problems },
  });
}

/**
 * Adds the metrics of a plugin to the registry.
 * @throws E_METRIC_CONFLICT when a name is taken with another unit or kind, or is not well formed
 */
export function registerMetrics(manifest: Manifest, registry: MetricRegistry): void {
  const refused = metricsOf(manifest).filter((metric) => !registry.register(metric));
  if (refused.length === 0) return;
  const names = refused.map(({ name }) => name).join(", ");
  const message = `The metrics ${names} of ${manifest.id} are known with another unit or kind, or are not named like power_w. Rename them.`;
  const details = { plugin: manifest.id, metrics: names };
  throw explained("E_METRIC_CONFLICT", { key: "plugin.why.metrics", params: { metrics: names }, message, details });
}

function metricsOf({ metrics = {} }: Manifest): readonly Metric[] {
  return Object.entries(metrics).map(([name, { unit, kind, min, max, decimals }]) => ({
    name,
    unit,
    kind,
    min: min ?? (kind === "gauge" ? -1e12 : 0),
    max: max ?? (kind === "state" ? 1 : 1e15),
    decimals: decimals ?? 1,
  }));
}

function meaningProblems(manifest: Manifest): readonly string[] {
  return [
    ...(validVersion(manifest.version) ? [] : [`/version ${manifest.version} is not a version such as 1.2.3`]),
    ...nameProblems(manifest),
    ...eventProblems(manifest),
    ...commandProblems(manifest),
    ...topicProblems(manifest),
    ...httpProblems(manifest),
    ...uiProblems(manifest),
  ];
}

const outside = (manifest: Manifest, kind: string, names: readonly string[]): string[] =>
  names
    .filter((name) => !name.startsWith(`${manifest.id}.`))
    .map((name) => `/${kind}/${name} must begin with ${manifest.id}.`);

function nameProblems(manifest: Manifest): string[] {
  const { en = {}, es = {} } = manifest.messages ?? {};
  const untranslated = [
    ...Object.keys(en).filter((key) => !(key in es)),
    ...Object.keys(es).filter((key) => !(key in en)),
  ].map((key) => `/messages/${key} is missing in one language`);
  return [
    ...outside(manifest, "events", Object.keys(manifest.events ?? {})),
    ...outside(manifest, "commands", Object.keys(manifest.commands ?? {})),
    ...outside(manifest, "messages", [...new Set([...Object.keys(en), ...Object.keys(es)])]),
    ...untranslated,
  ];
}

function eventProblems({ events = {} }: Manifest): string[] {
  return Object.entries(events)
    .filter(([, { payload, retainBy }]) => retainBy !== undefined && !hasProperty(payload, retainBy))
    .map(([name, { retainBy }]) => `/events/${name}/retainBy ${retainBy} is not a property of the payload`);
}

function commandProblems({ commands = {} }: Manifest): string[] {
  return Object.entries(commands)
    .filter(([, { input, routeBy }]) => routeBy !== undefined && !hasProperty(input, routeBy))
    .map(([name, { routeBy }]) => `/commands/${name}/routeBy ${routeBy} is not a property of the input`);
}

function hasProperty(schema: unknown, name: string): boolean {
  const properties = isRecord(schema) ? schema.properties : undefined;
  return isRecord(properties) && name in properties;
}

function topicProblems({ mqtt, permissions }: Manifest): string[] {
  const templates = [...(mqtt?.deviceTopics.publish ?? []), ...(mqtt?.deviceTopics.subscribe ?? [])];
  const granted = permissions.flatMap((entry) => /^mqtt\.(?:subscribe|publish):(.*)$/.exec(entry)?.[1] ?? []);
  const isBad = (filter: string): boolean => filterProblem(filter.replaceAll("{device}", "device")) !== undefined;
  return [
    ...templates.filter(isBad).map((filter) => `/mqtt/deviceTopics ${filter} is not a topic filter`),
    ...granted.filter(isBad).map((filter) => `/permissions mqtt ${filter} is not a topic filter`),
  ];
}

function httpProblems({ http, permissions }: Manifest): string[] {
  const aliases = http?.aliases ?? [];
  const unasked = aliases.length > 0 && !permissions.includes("http") ? ["/http needs the permission http"] : [];
  const bad = aliases.flatMap((alias) => {
    const problem = aliasProblem(alias);
    return problem === undefined ? [] : [`/http/aliases ${alias} ${problem}`];
  });
  return [...unasked, ...bad];
}

function uiProblems({ id, ui, permissions }: Manifest): string[] {
  if (!ui) return [];
  const elements = [...(ui.panels ?? []), ...(ui.cards ?? [])].map(({ element }) => element);
  const foreign = elements.filter((element) => !element.startsWith(`${id}-`));
  const leaves = ui.module.split(/[\\/]/).includes("..") || /^([\\/]|[a-z]+:)/i.test(ui.module);
  return [
    ...(permissions.includes("ui") ? [] : ["/ui needs the permission ui"]),
    ...(leaves ? ["/ui/module must be a path inside of the package"] : []),
    ...foreign.map((element) => `/ui ${element} must begin with ${id}-`),
  ];
}

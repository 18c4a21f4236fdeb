import { type Json, Type, VatioError } from "@vatio/plugin-api";
import { parseDocument, stringify } from "yaml";
import { defineRoute, type Route } from "../define-route.js";
import { SettingsDto } from "../dto.js";
import { rejectUnsafeKeys } from "../input/json-input.js";
import { Reply } from "../reply.js";

const KeyParams = Type.Object({ key: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false });
const SettingBody = Type.Object({ value: Type.Unknown() }, { additionalProperties: false });

/** What a person changes in the interface. */
export const settingsRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/settings",
    tag: "Settings",
    summary: "Every setting",
    action: "administer",
    response: SettingsDto,
    handler: (_input, hub) => ({ ...hub.settings.all() }),
  }),
  defineRoute({
    method: "GET",
    path: "/settings/document",
    tag: "Settings",
    summary: "Every setting as one YAML document",
    action: "administer",
    response: Type.String(),
    responseTypes: ["application/yaml"],
    handler: (_input, hub) =>
      new Reply<string>({
        raw: stringify(hub.settings.all()),
        headers: [["content-type", "application/yaml; charset=utf-8"]],
      }),
  }),
  defineRoute({
    method: "PUT",
    path: "/settings/document",
    tag: "Settings",
    summary: "Take over the settings of a YAML document, all or none; those that it does not name stay",
    action: "administer",
    body: Type.String({ maxLength: 1_048_576 }),
    bodyType: "yaml",
    response: SettingsDto,
    errors: ["E_SETTING_UNKNOWN", "E_SETTING_INVALID"],
    handler: async ({ body, actor }, hub) => {
      await hub.settings.setAll(actor, parseSettings(body));
      return { ...hub.settings.all() };
    },
  }),
  defineRoute({
    method: "PUT",
    path: "/settings/{key}",
    tag: "Settings",
    summary: "Change one setting",
    action: "administer",
    params: KeyParams,
    body: SettingBody,
    response: SettingsDto,
    errors: ["E_SETTING_UNKNOWN", "E_SETTING_INVALID"],
    handler: async ({ params, body, actor }, hub) => {
      await hub.settings.set(actor, params.key, body.value as Json);
      return { ...hub.settings.all() };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/settings/{key}",
    tag: "Settings",
    summary: "Put one setting back to its default",
    action: "administer",
    params: KeyParams,
    errors: ["E_SETTING_UNKNOWN"],
    handler: ({ params, actor }, hub) => hub.settings.reset(actor, params.key),
  }),
];

/** Aliases are refused: a few lines of them would grow into gigabytes. */
function parseSettings(text: string): Readonly<Record<string, Json>> {
  const document = parseDocument(text, { prettyErrors: true, logLevel: "error" });
  const [error] = document.errors;
  if (error) throw new VatioError("E_INPUT_INVALID", `This is not a YAML document: ${error.message}`, { cause: error });
  const value: unknown = toPlain(document);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new VatioError("E_INPUT_INVALID", "The document must be a map from setting to value.", {
      details: { paths: [{ path: "", problem: "must be a map" }] },
    });
  }
  rejectUnsafeKeys(value);
  return value as Readonly<Record<string, Json>>;
}

function toPlain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new VatioError("E_INPUT_INVALID", "The document uses aliases. Write the values out.", { cause });
  }
}

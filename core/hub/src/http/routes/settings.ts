import { type Json, Type } from "@vatio/plugin-api";
import { defineRoute, type Route } from "../define-route.js";
import { ImportReportDto, SettingsDto } from "../dto.js";
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
    summary: "All that people changed in the interface as one YAML document",
    description:
      "Settings, sites, points, names of devices, settings of plugins. Neither secrets nor history are in it.",
    action: "administer",
    response: Type.String(),
    responseTypes: ["application/yaml"],
    handler: async (_input, hub) =>
      new Reply<string>({
        raw: await hub.document.export(),
        headers: [["content-type", "application/yaml; charset=utf-8"]],
      }),
  }),
  defineRoute({
    method: "PUT",
    path: "/settings/document",
    tag: "Settings",
    summary: "Take over a YAML document, all or nothing; what it does not name stays",
    description:
      "Every bad place is named in `details.paths`. What the document names and this hub does not know is left out and reported.",
    action: "administer",
    audit: "settings.import",
    body: Type.String({ maxLength: 4_194_304 }),
    bodyLimit: 4_194_304,
    bodyType: "yaml",
    response: ImportReportDto,
    errors: ["E_SETTINGS_INVALID"],
    handler: async ({ body, actor }, hub) =>
      Object.fromEntries(
        Object.entries(await hub.document.import(actor, body)).map(([name, { applied, skipped }]) => [
          name,
          { applied, skipped: [...skipped] },
        ]),
      ),
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

import { html } from "hono/html";
import type { JsonObject, OpenApiDocument } from "./document.js";
import { schemaWords } from "./schema-words.js";

type Html = ReturnType<typeof html>;

/** The API for people: one page, searchable, without anything from elsewhere. */
export function docsPage(document: OpenApiDocument): string {
  const { info, tags, components } = document;
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vatio API</title>
<link rel="stylesheet" href="/docs/docs.css">
<script type="module" src="/docs/docs.js"></script>
</head>
<body>
<header>
<h1>Vatio API ${info.version}</h1>
<p>${prose(info.description)}</p>
<p>Below <code>/api/v1</code>. For programs: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>
<label for="search">Search</label>
<input id="search" type="search" placeholder="devices, E_POINT_UNKNOWN, POST …">
</header>
<main>
<p id="none" class="none" hidden>Nothing matches.</p>
${tags.map(({ name }) => tagSection(document, name))}
<section>
<h2>Schemas</h2>
${Object.entries(components.schemas).map(([name, schema]) => schemaEntry(name, schema))}
</section>
</main>
</body>
</html>
`);
}

function tagSection({ paths }: OpenApiDocument, tag: string): Html {
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => (operation.tags as readonly string[]).includes(tag))
      .map(([method, operation]) => operationEntry(path, method, operation)),
  );
  return html`<section><h2>${tag}</h2>${entries}</section>`;
}

function operationEntry(path: string, method: string, operation: JsonObject): Html {
  const text = `${method} ${path} ${operation.summary} ${Object.values(operation.responses as object)
    .map(descriptionOf)
    .join(" ")}`.toLowerCase();
  return html`<details id="${operation.operationId}" data-text="${text}">
<summary><b class="method ${method}">${method.toUpperCase()}</b><code>${path}</code><span>${operation.summary}</span></summary>
<div class="body">
${operation.description === undefined ? "" : html`<p class="about">${prose(operation.description)}</p>`}
<p class="about">Who may call: ${actionWords(operation["x-action"])}</p>
${parametersTable(operation.parameters as readonly JsonObject[] | undefined)}
${bodyOf(operation)}
${responsesTable(operation.responses as Readonly<Record<string, JsonObject>>)}
</div>
</details>`;
}

const descriptionOf = (response: unknown): string => String((response as JsonObject).description ?? "");

const ACTIONS: Readonly<Record<string, string>> = {
  public: "anybody",
  "signed-in": "whoever is signed in",
  read: "viewers and up",
  control: "operators and up",
  manage: "managers and up",
  administer: "administrators",
};

const actionWords = (action: unknown): string => ACTIONS[String(action)] ?? "anybody";

function parametersTable(parameters: readonly JsonObject[] | undefined): Html | string {
  if (!parameters) return "";
  return html`<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr></thead><tbody>${parameters.map(
    ({ name, in: where, required, description, schema }) =>
      html`<tr><td><code>${name}</code></td><td>${where}${required ? "" : ", optional"}</td><td>${prose(description)} <span class="about">${schemaWords(schema)}</span></td></tr>`,
  )}</tbody></table>`;
}

function bodyOf({ requestBody }: JsonObject): Html | string {
  const content = (requestBody as { readonly content?: JsonObject } | undefined)?.content;
  return content ? html`<p>Body</p>${Object.entries(content).map(([type, media]) => mediaBlock(type, media))}` : "";
}

function mediaBlock(type: string, media: unknown): Html {
  return html`<p class="media"><code>${type}</code> ${schemaLink((media as { readonly schema?: unknown }).schema)}</p>`;
}

function responsesTable(responses: Readonly<Record<string, JsonObject>>): Html {
  return html`<table><thead><tr><th>Status</th><th>Answer</th></tr></thead><tbody>${Object.entries(responses).map(
    ([status, response]) =>
      html`<tr><td>${status}</td><td>${response.description ?? schemaLink({ $ref: "Error" })} ${answerOf(status, response)}</td></tr>`,
  )}</tbody></table>`;
}

function answerOf(status: string, { content }: JsonObject): readonly Html[] {
  if (status !== "200" || typeof content !== "object" || content === null) return [];
  return Object.entries(content).map(([type, media]) => mediaBlock(type, media));
}

/** The name of a schema as a link, and anything else as its text. */
function schemaLink(schema: unknown): Html {
  const { $ref, type, items } = (schema ?? {}) as {
    readonly $ref?: string;
    readonly type?: string;
    readonly items?: unknown;
  };
  if ($ref !== undefined) return html`<a href="#schema-${nameOf($ref)}">${nameOf($ref)}</a>`;
  if (type === "array") return html`list of ${schemaLink(items)}`;
  return html`${schemaWords(schema)}`;
}

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf("/") + 1);

function schemaEntry(name: string, { examples, ...schema }: JsonObject): Html {
  const example = (examples as readonly unknown[] | undefined)?.[0];
  return html`<details id="schema-${name}" data-text="${name.toLowerCase()} schema">
<summary><code>${name}</code></summary>
<div class="body">
${example === undefined ? "" : html`<p>Example</p><pre>${pretty(example)}</pre>`}
<p>JSON Schema</p><pre>${pretty(schema)}</pre>
</div>
</details>`;
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** Text in which `code` stands between backticks. */
function prose(text: unknown): readonly (string | Html)[] {
  const parts = String(text ?? "").split("`");
  return parts.map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`));
}

import type { Static } from "@vatio/plugin-api";
import { answerCsv, type SqlAnswer } from "../../sql/index.js";
import { defineRoute, type Route } from "../define-route.js";
import { SqlAnswerDto, SqlBody, SqlSchemaDto } from "../dto.js";
import { Reply } from "../reply.js";

type Answer = Static<typeof SqlAnswerDto>;

/** Read-only SQL for administrators. */
export const sqlRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/sql/schema",
    tag: "SQL",
    summary: "Tables that a statement may name, with their columns and an example",
    action: "administer",
    response: SqlSchemaDto,
    handler: (_input, hub) => ({
      tables: hub.sql.tables().map((table) => ({ ...table, columns: [...table.columns] })),
    }),
  }),
  defineRoute({
    method: "POST",
    path: "/sql",
    tag: "SQL",
    summary: "Run one SELECT over readings, energy, points, channels and sites",
    description:
      "DuckDB's dialect, read-only: tables, functions and forms that are not listed are refused. One statement at a time, 10 s, 16 MB and " +
      "as many rows as `limit` says; `cut` says when that was not all. With `Accept: text/csv` the answer is CSV, and the header " +
      "`x-vatio-cut` has the place of `cut`. Every statement is in the audit log.",
    action: "administer",
    audit: "sql.query",
    auditDetails: ({ body }) => ({ statement: body.sql }),
    body: SqlBody,
    response: SqlAnswerDto,
    responseTypes: ["application/json", "text/csv"],
    errors: ["E_SQL_INVALID", "E_SQL_REFUSED", "E_SQL_BUSY", "E_SQL_TIMEOUT", "E_SQL_TOO_LARGE", "E_STORE_CLOSED"],
    handler: async ({ body, request }, hub) => {
      const answer = await hub.sql.query(body);
      return wantsCsv(request.headers) ? csvReply(answer) : jsonOf(answer);
    },
  }),
];

const wantsCsv = (headers: Headers): boolean => /\btext\/csv\b/i.test(headers.get("accept") ?? "");

const jsonOf = ({ columns, rows, ...rest }: SqlAnswer): Answer => ({
  columns: [...columns],
  rows: rows.map((row) => [...row]),
  ...rest,
});

const csvReply = (answer: SqlAnswer): Reply<Answer> =>
  new Reply<Answer>({
    raw: answerCsv(answer),
    headers: [
      ["content-type", "text/csv; charset=utf-8"],
      ["vary", "accept"],
      ...(answer.cut === undefined ? [] : [["x-vatio-cut", answer.cut] as const]),
    ],
  });

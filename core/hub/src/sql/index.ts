export { answerCsv } from "./answer-csv.js";
export { SqlService, type SqlServiceOptions } from "./sql-service.js";
export type * from "./types.js";

import { describeHttpFuzz } from "./support/http-suite.js";
import { HTTP_SHARES } from "./support/shares.js";

describeHttpFuzz(HTTP_SHARES["http-api-2"]);

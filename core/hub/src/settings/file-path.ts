import { VatioError } from "@vatio/plugin-api";

const MOST_CHARACTERS = 1_024;
const MOST_SEGMENT_BYTES = 200;
const MOST_DEPTH = 16;

/** Begins the names of files that are being written. */
export const TEMPORARY = "~writing-";

/** Control characters, and what Windows gives a meaning: streams, wildcards, quotes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const FORBIDDEN = /[\u0000-\u001f\u007f<>:"|?*\\]|\p{Surrogate}/u;
/** Names of devices on Windows, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

function segmentProblem(segment: string): string | undefined {
  if (segment === "") return "it has an empty part";
  if (segment === "." || segment === "..") return "it leaves the folder";
  if (FORBIDDEN.test(segment)) return "it holds a character that file names cannot have everywhere";
  if (/[. ]$/.test(segment) || DEVICE.test(segment)) return "Windows could not store it";
  if (segment.startsWith(TEMPORARY))
    return `names that begin with ${TEMPORARY} are kept for files that are being written`;
  return Buffer.byteLength(segment) > MOST_SEGMENT_BYTES
    ? `a part has more than ${MOST_SEGMENT_BYTES} bytes`
    : undefined;
}

function pathProblem(path: string, segments: readonly string[]): string | undefined {
  if (path.length > MOST_CHARACTERS) return `it has more than ${MOST_CHARACTERS} characters`;
  if (segments.length > MOST_DEPTH) return `it is deeper than ${MOST_DEPTH} folders`;
  return segments.map(segmentProblem).find((found) => found !== undefined);
}

/** The error for a path that a private folder does not take. */
export const badPath = (path: string, why: string): VatioError =>
  new VatioError(
    "E_PATH_INVALID",
    `The path ${JSON.stringify(path.slice(0, 200))} is not taken: ${why}. Use a relative path with /, such as cache/prices.json.`,
    { details: { path: path.slice(0, 200) } },
  );

/**
 * The parts of a relative path. What is taken here is a plain file name on every platform that Vatio runs on.
 * @throws E_PATH_INVALID
 */
export function pathSegments(path: string): readonly string[] {
  if (typeof path !== "string") throw badPath(String(path), "it is not a text");
  const segments = path.split("/");
  const found = pathProblem(path, segments);
  if (found !== undefined) throw badPath(path, found);
  return segments;
}

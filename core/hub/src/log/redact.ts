const SECRET_KEY =
  /pass(?:w|phrase|code)|pwd|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key|csrf|setup[-_]?code|^pass$|^auth$|^pin$/i;

/** What stands where a secret was. */
export const REDACTED = "[secret]";

/** Whether the value under a key is a secret by its name. */
export const isSecretKey = (key: string): boolean => SECRET_KEY.test(key);

// Bounded repetitions keep each of them linear on hostile text.
const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,500}@/gi, `$1${REDACTED}@`],
  [/\b(Bearer|Basic)\s{1,5}[\w.~+/=-]{8,4000}/gi, `$1 ${REDACTED}`],
  [/\bvt_(ingest|metrics|read|control)_[\w-]{8,200}/g, `vt_$1_${REDACTED}`],
  [/([?&][\w-]{0,40}(?:token|secret|password|key)=)[^&\s#]{1,4000}/gi, `$1${REDACTED}`],
];

/** Text without the secrets that can be told by their form: passwords in addresses, bearer tokens, the hub's own tokens. */
export const redactText = (text: string): string =>
  PATTERNS.reduce((done, [pattern, replacement]) => done.replace(pattern, replacement), text);

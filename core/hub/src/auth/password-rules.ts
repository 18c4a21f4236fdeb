import { VatioError } from "@vatio/plugin-api";

/** Least and most characters of a password. NIST SP 800-63B section 5.1.1: at least 8, no rules about kinds of characters. */
export const PASSWORD_LENGTH = { min: 8, max: 1024 } as const;

/** The commonest passwords of at least eight characters, in lower case: what every guesser tries first. */
const COMMON = new Set(
  `12345678 123456789 1234567890 123123123 987654321 11111111 00000000 88888888 12341234 11223344 1q2w3e4r 1qaz2wsx qwertyui
  qwertyuiop qwerty12 qwerty123 asdfghjkl zxcvbnm1 password password1 password12 password123 passw0rd p@ssw0rd contrasena contraseña
  contraseña1 iloveyou teamoamor teamo123 sunshine princess football baseball superman starwars trustno1 whatever computer internet
  michelle jennifer jordan23 liverpool barcelona realmadrid chocolate butterfly letmein1 welcome1 admin123 administrator administrador
  changeme raspberry raspberrypi homeassistant vatio123 vatiovatio abcdefgh abcd1234 abc12345 aaaaaaaa qazwsxedc mexico123 argentina
  españa123 espana123 secreto1 secret12 dragon12 monkey12 master12 shadow12 michael1 charlie1 familia1 estrella mariposa`
    .split(/\s+/)
    .filter(Boolean),
);

const weak = (message: string, reason: string): VatioError =>
  new VatioError("E_PASSWORD_WEAK", message, { details: { reason } });

/**
 * Refuses passwords that are guessed first.
 * @throws E_PASSWORD_WEAK with `details.reason`: `short`, `long`, `common` or `name`
 */
export function requireGoodPassword(password: string, name: string): void {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH.min)
    throw weak(`The password needs at least ${PASSWORD_LENGTH.min} characters.`, "short");
  if (length > PASSWORD_LENGTH.max)
    throw weak(`The password may have at most ${PASSWORD_LENGTH.max} characters.`, "long");
  const lower = password.toLowerCase();
  if (COMMON.has(lower))
    throw weak("This password is one of those that are guessed first. Choose another one.", "common");
  if (lower.includes(name.toLowerCase()) && name.length >= 4 && length < name.length + 6)
    throw weak("The password must be more than the name. Choose another one.", "name");
}

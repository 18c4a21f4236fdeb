/** What somebody types on the machine of the hub to set a new password for a person; `placeholder` stands for a name that is not known yet. */
export function resetCommand(name: string, placeholder: string): string {
  const person = name.trim();
  if (person === "") return `vatio user reset <${placeholder}>`;
  return `vatio user reset ${/^[\p{L}\p{N}._@-]+$/u.test(person) ? person : `'${person.replaceAll("'", `'\\''`)}'`}`;
}

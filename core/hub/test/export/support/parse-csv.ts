/** Reads CSV by RFC 4180, as strictly as a test needs it. */
export function parseCsv(text: string, separator = ","): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endCell = (): void => {
    row.push(cell);
    cell = "";
  };
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(i + 1) === '"') cell += text.charAt(i++);
      else isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === separator) endCell();
    else if (char === "\r" && text.charAt(i + 1) === "\n") {
      i++;
      endCell();
      rows.push(row);
      row = [];
    } else cell += char;
  }
  return rows;
}

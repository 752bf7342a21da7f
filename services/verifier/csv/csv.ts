/** One record of a CSV file. */
export interface CsvRecord {
  /** Line that it begins in, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  /** What is wrong with its quotes; such a record is no row. */
  readonly fault?: string;
}

const QUOTE = '"';

/**
 * Reads CSV as RFC 4180 has it: commas, fields in double quotes where they hold commas, quotes (doubled) or line ends;
 * lines end with LF or CRLF, the last one may lack its end. An empty line is no record. A quote out of place is a fault of
 * its record; one that is never closed makes all that follows it part of one faulty record.
 */
export function* readCsv(text: string): Generator<CsvRecord> {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const begun = line;
    const fields: string[] = [];
    let fault: string | undefined;
    for (;;) {
      let value: string;
      if (text[at] === QUOTE) {
        let from = at + 1;
        let end = text.indexOf(QUOTE, from);
        value = "";
        while (end >= 0 && text[end + 1] === QUOTE) {
          value += text.slice(from, end + 1);
          from = end + 2;
          end = text.indexOf(QUOTE, from);
        }
        if (end < 0) {
          yield { line: begun, fields, fault: "want a closing quote, got the end of the file" };
          return;
        }
        value += text.slice(from, end);
        line += lineEnds(value);
        at = end + 1;
        const rest = text.slice(at, endOfField(text, at));
        if (rest !== "" && rest !== "\r") fault ??= "want a comma or a line end behind a closing quote, got more text";
        at += rest.length;
      } else {
        const end = endOfField(text, at);
        value = text.slice(at, end);
        if (text[end] !== "," && value.endsWith("\r")) value = value.slice(0, -1);
        if (value.includes(QUOTE)) fault ??= "want a quote at a field's beginning only, got one within";
        at = end;
      }
      fields.push(value);
      if (text[at] !== ",") break;
      at += 1;
    }
    at += 1;
    line += 1;
    if (fault === undefined && fields.length === 1 && fields[0] === "") continue;
    yield { line: begun, fields, ...(fault === undefined ? {} : { fault }) };
  }
}

function endOfField(text: string, from: number): number {
  const separator = /[,\n]/g;
  separator.lastIndex = from;
  return separator.exec(text)?.index ?? text.length;
}

function lineEnds(text: string): number {
  let ends = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) ends += 1;
  return ends;
}

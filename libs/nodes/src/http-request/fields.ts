import { fillTemplate, type Lookup } from '@tenon/engine';
import { requestErrors } from '../run/errors.js';

/** A name with a value. */
export type Field = [name: string, value: string];

/**
 * Headers from lines of `name: value`; the last of a name wins. Where a line names its header, the value is one line:
 * a value of a variable cannot add headers. A line that is a variable and nothing else may hold several headers.
 * @throws request.invalidHeader
 */
export function readHeaders(text: string, lookup: Lookup): Map<string, string> {
  const lines = text.split(/\r\n|\r|\n/).flatMap((line) => {
    const filled = fillTemplate(line, lookup).trim();
    const isNamed = withoutPlaceholders(line).includes(':');
    if (isNamed && /[\r\n]/.test(filled))
      throw requestErrors.invalidHeader(`A value of the header "${splitField(line)[0]}" has more than one line.`);
    return filled.split(/\r\n|\r|\n/);
  });
  return new Map(lines.filter((line) => line.trim() !== '').map(splitField));
}

/** Query parameters from lines of `name: value`, in order and as often as written; lines without a name fall away. */
export function readParameters(text: string, lookup: Lookup): Field[] {
  return text.split(/\r\n|\r|\n/).flatMap((line): Field[] => {
    const [name, value] = splitField(line);
    return name === '' ? [] : [[fillTemplate(name, lookup), fillTemplate(value, lookup)]];
  });
}

/** The value of a header, whatever the case of its name. */
export function findHeader(headers: ReadonlyMap<string, string>, name: string): string | undefined {
  for (const [other, value] of headers) if (other.toLowerCase() === name.toLowerCase()) return value;
  return undefined;
}

/** Sets a header in place of all of its name, whatever their case. */
export function setHeader(headers: Map<string, string>, name: string, value: string): void {
  removeHeader(headers, name);
  headers.set(name, value);
}

/** Takes away all headers of a name, whatever their case. */
export function removeHeader(headers: Map<string, string>, name: string): void {
  for (const other of [...headers.keys()]) if (other.toLowerCase() === name.toLowerCase()) headers.delete(other);
}

function splitField(line: string): Field {
  const colon = line.indexOf(':');
  return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

function withoutPlaceholders(line: string): string {
  return line.replace(/\{\{#[^#]*#\}\}/g, '');
}

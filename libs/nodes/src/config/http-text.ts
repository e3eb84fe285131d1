import { isHeaderName, isHeaderValue } from '@tenon/base';
import type { ConfigIssue, DataPath } from '@tenon/compiler';

const PLACEHOLDER = /\{\{#[^#]*#\}\}/g;
const hasPlaceholder = (text: string) => text.includes('{{#');
const literal = (text: string) => text.replace(PLACEHOLDER, '');

/** What can be no address, whatever its placeholders are filled with. */
export function urlIssues(url: string, ...path: DataPath): ConfigIssue[] {
  const text = url.trim();
  const [scheme] = /^[^:/?#{]*:|^$/.exec(text) ?? [];
  // eslint-disable-next-line no-control-regex -- a line break in an address is an attempt to add headers
  const isOne = !/[\0-\x1f]/.test(text) && (hasPlaceholder(text.slice(0, 8)) || !scheme || /^https?:$/i.test(scheme));
  return isOne ? [] : [error('node.badUrl', path, 'The URL must be one line that starts with http:// or https://.')];
}

/** Lines of `name: value` that can be no headers, whatever their placeholders are filled with. */
export function headerIssues(headers: string, ...path: DataPath): ConfigIssue[] {
  return headers.split(/\r\n|\r|\n/).flatMap((line) => {
    const [name = '', ...value] = line.trim().split(':');
    return name === '' && value.length === 0 ? [] : oneHeaderIssues(name.trim(), value.join(':'), ...path);
  });
}

/** The same for one header. */
export function oneHeaderIssues(name: string, value: string, ...path: DataPath): ConfigIssue[] {
  const shown = JSON.stringify(name.slice(0, 100));
  if (!hasPlaceholder(name) && !isHeaderName(name))
    return [error('node.badHeader', path, `${shown} is not a header that may be sent.`)];
  if (isHeaderValue(literal(value))) return [];
  return [error('node.badHeader', path, `The value of the header ${shown} holds characters that HTTP cannot carry.`)];
}

function error(code: string, path: DataPath, message: string): ConfigIssue {
  return { severity: 'error', code, path, message };
}

// JavaScript that runs inside QuickJS before the author's code. Evaluates to an object that the code cannot reach.
// It takes what it needs from the built-ins at once: the code may replace them afterwards.
export const prelude = `(() => {
  const FILE = 'prelude.js';
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { Promise, Error, InternalError, String } = globalThis;
  const { keep, limits } = host;
  delete globalThis.host;

  // one more than is kept tells that there was more
  let room = limits.printedBytes + 1;
  const show = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return value.name + ': ' + value.message;
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const print = (...values) => {
    if (room <= 0) return;
    const text = (values.map(show).join(' ') + '\\n').slice(0, room);
    room -= text.length;
    keep(text);
  };
  globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };

  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  globalThis.btoa = (input) => {
    const text = String(input);
    const parts = [];
    for (let at = 0; at < text.length; at += 3) {
      const [a, b, c] = [text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)];
      if (a > 255 || b > 255 || c > 255) throw new TypeError('btoa: a character is outside of Latin-1');
      const bits = (a << 16) | ((b || 0) << 8) | (c || 0);
      parts.push(ALPHABET[bits >> 18], ALPHABET[(bits >> 12) & 63]);
      parts.push(at + 1 < text.length ? ALPHABET[(bits >> 6) & 63] : '=', at + 2 < text.length ? ALPHABET[bits & 63] : '=');
    }
    return parts.join('');
  };
  globalThis.atob = (input) => {
    let text = String(input).replace(/[\\t\\n\\f\\r ]/g, '');
    if (text.length % 4 === 0) text = text.replace(/==?$/, '');
    if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text)) throw new TypeError('atob: the text is not base64');
    const parts = [];
    let bits = 0;
    let count = 0;
    for (const character of text) {
      bits = ((bits << 6) | ALPHABET.indexOf(character)) & 0xffffff;
      count += 6;
      if (count >= 8) parts.push(String.fromCharCode((bits >> (count -= 8)) & 255));
    }
    return parts.join('');
  };

  const cut = (text) => (text.length > limits.messageLength ? text.slice(0, limits.messageLength) + '…' : text);

  /** The reply for what was thrown: a status line, then the message with the author's lines of the stack. */
  const describe = (error) => {
    try {
      if (error instanceof InternalError && error.message === 'out of memory') return 'code.outOfMemory\\n';
      if (!(error instanceof Error)) return 'code.failed\\nUncaught ' + cut(show(error));
      const lines = String(error.stack ?? '').slice(0, limits.messageLength).split('\\n');
      const stack = lines.filter((line) => line && !line.includes(FILE)).slice(0, limits.stackLines);
      const message = cut(error.name + ': ' + error.message);
      return 'code.failed\\n' + [message, ...stack].join('\\n');
    } catch {
      return 'code.failed\\nThe code threw something that cannot be shown.';
    }
  };

  const kindOf = (value) => {
    if (value === null) return 'null';
    if (isArray(value)) return 'an array';
    if (value instanceof Promise) return 'a promise, which is not awaited';
    return typeof value === 'object' ? 'an object' : typeof value;
  };

  /** Calls main and writes what it returns. Errors of the author's pass through. */
  const call = (main, inputs) => {
    if (typeof main !== 'function') return 'code.failed\\nThe code must define a function main.';
    const argument = parse(inputs);
    if (kindOf(argument) !== 'an object') return 'code.failed\\nThe inputs must be a JSON object.';
    const result = main(argument);
    const kind = kindOf(result);
    if (kind !== 'an object') return 'code.failed\\nmain must return an object, it returned ' + kind + '.';
    let text;
    try {
      text = stringify(result);
    } catch (error) {
      if (error instanceof InternalError && error.message === 'stack overflow') return 'code.outputTooLarge\\ndepth';
      if (error instanceof InternalError && error.message === 'out of memory') return 'code.outputTooLarge\\nsize';
      return 'code.failed\\nThe result of main cannot be written as JSON: ' + cut(show(error));
    }
    if (text?.length > limits.resultBytes) return 'code.outputTooLarge\\nsize';
    return 'ok\\n' + text;
  };
  return { call, describe };
})()`;

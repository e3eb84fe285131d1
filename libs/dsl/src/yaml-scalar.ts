import { encodeFloat, encodeInteger, encodeNumber, type EncodedNumber, type Json } from '@tenon/base';
import type { Value } from '@tenon/engine';

// App files are written by a YAML 1.1 library which quotes what 1.1 would misread and nothing else: `1e5` or `0o7`
// stands there unquoted as text, so these rules and not those of YAML 1.2 read it back as it was. Base 60 numbers
// and dates of YAML 1.1 stay text: only people write them, and they mean text.
const NULL = /^(?:|~|null|Null|NULL)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const BASED = /^([-+]?)(0b[01][01_]*|0x[0-9a-fA-F][0-9a-fA-F_]*|0[0-7_]+)$/;
const FLOAT = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

// A longer scalar is text whatever it looks like: reading an integer of a million digits takes minutes.
const MAX_NUMBER_LENGTH = 1000;

/** The value of an unquoted YAML scalar. `isJson`: the document is JSON, where `1e5` is a number. */
export function plainScalar(text: string, isJson: boolean): Value {
  if (text.length > MAX_NUMBER_LENGTH) return text;
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  // a type of the encoding is an interface, which TypeScript does not take for a mapping
  return (numberIn(text, isJson) as Json | undefined) ?? text;
}

function numberIn(text: string, isJson: boolean): EncodedNumber | undefined {
  const based = BASED.exec(text);
  if (based) return basedInteger(based[1] === '-', (based[2] as string).replaceAll('_', ''));
  if (DECIMAL.test(text)) return encodeNumber(text.replaceAll('_', '').replace('+', ''));
  if (FLOAT.test(text)) return encodeFloat(Number(text.replaceAll('_', '')));
  if (isJson && JSON_NUMBER.test(text)) return encodeNumber(text);
  const infinite = INFINITE.exec(text);
  if (infinite) return encodeFloat(infinite[1] === '-' ? -Infinity : Infinity);
  return NAN.test(text) ? encodeFloat(NaN) : undefined;
}

/** Would a reader of YAML 1.1 or 1.2 take this unquoted text for something other than text? */
export function looksLikeOtherThanText(text: string): boolean {
  return (
    plainScalar(text, true) !== text ||
    /^[-+]?(?:0o[0-7]+|\.?\d[\d_]*(?:\.[\d_]*)?(?:[eE][-+]?\d+)?)$/.test(text) ||
    /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(text) ||
    /^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/.test(text) ||
    /^[yYnN=]$/.test(text) ||
    text === '<<'
  );
}

function basedInteger(isNegative: boolean, digits: string): EncodedNumber {
  const octal = /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return encodeInteger(isNegative ? -magnitude : magnitude);
}

export { decimalText } from './decimal-text.js';
export {
  defineErrors,
  isTenonError,
  isWorthRetrying,
  TenonError,
  type ErrorKind,
  type ErrorOptions,
} from './errors.js';
export {
  isUuid,
  type AppId,
  type ConversationId,
  type FileId,
  type MemberId,
  type SessionId,
  type RunId,
  type TeamId,
  type VersionId,
} from './ids.js';
export { canonicalJson, isJsonObject, jsonSizeBytes, type Json, type JsonObject } from './json.js';
export { MemoryRoom, type Holding } from './memory-room.js';
export {
  encodeFloat,
  encodeInteger,
  encodeNumber,
  floatText,
  integerOf,
  isEncodedFloat,
  isEncodedInteger,
  isFloat,
  isInteger,
  numberOf,
  numberText,
  type EncodedNumber,
} from './number.js';
export { isHeaderName, isHeaderValue, isHttpToken } from './http-header.js';
export { pythonQuote } from './python-text.js';
export { isValueRef, MAX_VALUE_BYTES, VALUE_LIMIT_BYTES, type ValueRef } from './value-ref.js';

import { isJsonObject, type Json } from '@tenon/base';
import { checkDocument } from './check-document.js';
import { checkEncoding } from './check-encoding.js';
import { CURRENT_VERSION, type Definition } from './definition.js';
import { findInlineCredentials } from './inline-credentials.js';
import { hasErrors, type Issue, limitIssues } from './issue.js';
import { checkShape } from './shape.js';
import { upgrade } from './upgrade.js';
import { compareVersions } from './version.js';
import { readYaml, withLine } from './yaml-text.js';

/** A document read, or everything that keeps it from being read. `issues` of a success are warnings. */
export type ParseResult =
  | {
      readonly ok: true;
      readonly definition: Definition;
      /** The version the file names, `0.1.0` where it names none. */
      readonly fileVersion: string;
      readonly issues: readonly Issue[];
    }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Reads the text of an app file, YAML or JSON of any version of the format, into the newest shape. Refuses only what
 * cannot be read or is unsafe; whether the app can run is for the compiler to say. Never runs or fetches anything.
 */
export function parseDefinition(text: string): ParseResult {
  const read = readYaml(text);
  if (!read.ok) return { ok: false, issues: limitIssues(read.issues) };
  const result = readDocument(read.yaml.value);
  const found = result.issues.map((issue) => withLine(issue, read.yaml.lineOf));
  return { ...result, issues: limitIssues([...read.yaml.issues, ...found]) };
}

/** The same for a document that is an encoded value already, such as a draft that somebody saves. */
export function definitionFrom(document: Json): ParseResult {
  const encoding = checkEncoding(document);
  if (encoding) return { ok: false, issues: [encoding] };
  const result = readDocument(document);
  return { ...result, issues: limitIssues(result.issues) };
}

function readDocument(document: Json): ParseResult {
  if (!isJsonObject(document)) {
    const message = 'The file is not an app file: its top level has to be a mapping.';
    return { ok: false, issues: [{ severity: 'error', code: 'definition.notMapping', path: [], message }] };
  }
  const version = document['version'] ?? '0.1.0';
  const issues = [...checkVersion(version), ...checkShape(document), ...checkDocument(document)];
  if (hasErrors(issues) || typeof version !== 'string') return { ok: false, issues };
  const upgraded = upgrade(document);
  return {
    ok: true,
    definition: upgraded.definition,
    fileVersion: version,
    issues: [...issues, ...upgraded.issues, ...findInlineCredentials(upgraded.definition)],
  };
}

function checkVersion(version: Json): readonly Issue[] {
  if (typeof version !== 'string') return [];
  const status = compareVersions(version);
  const path = ['version'];
  if (status === 'failed')
    return [{ severity: 'error', code: 'version.unreadable', path, message: `"${version}" is not a version.` }];
  if (status !== 'pending') return [];
  const message = `The file has version ${version}, newer than ${CURRENT_VERSION}; what is new in it is kept but not used.`;
  return [{ severity: 'warning', code: 'version.newer', path, message }];
}

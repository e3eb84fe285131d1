import type { Value } from '@tenon/engine';
import { Composer, type Document, isMap, isNode, isScalar, isSeq, LineCounter, Parser, type YAMLError } from 'yaml';
import type { DocumentPath, Issue } from './issue.js';
import { checkTextLimits } from './text-limits.js';
import { YamlReader } from './yaml-reader.js';

/** A text read: its value, encoded, and where in the text a path of it stands. */
export interface YamlText {
  readonly value: Value;
  /** Line of the value at `path`, or of the nearest value around it; counted from 1. */
  readonly lineOf: (path: DocumentPath) => number | undefined;
  /** Warnings only. */
  readonly issues: readonly Issue[];
}

// One mistake makes a parser stumble many times; the first complaints are the useful ones.
const MAX_SYNTAX_ISSUES = 20;

/** Reads one YAML or JSON document without ever running anything: no tags but the plain ones, no second document. */
export function readYaml(text: string): { ok: true; yaml: YamlText } | { ok: false; issues: readonly Issue[] } {
  const limit = checkTextLimits(text);
  if (limit) return { ok: false, issues: [limit] };
  const lines = new LineCounter();
  const options = {
    schema: 'failsafe',
    // reported by the reader, with a path, and without comparing each key with every other
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    lineCounter: lines,
  } as const;
  const documents = [...new Composer(options).compose(new Parser(lines.addNewLine).parse(text), true, text.length)];
  const document = documents[0] as Document.Parsed;
  const syntax = documents.flatMap(({ errors }) => errors);
  if (syntax.length > 0) {
    return { ok: false, issues: syntaxIssues(syntax, lines) };
  }
  if (documents.length > 1)
    return { ok: false, issues: [refusal('severalDocuments', 'The file holds more than one YAML document.')] };

  const reader = new YamlReader(/^\uFEFF?\s*\{/.test(text));
  const value = reader.read(document.contents);
  const lineOf = (path: DocumentPath) => lineIn(document, path, lines);
  const issues = reader.issues.map((issue) => withLine(issue, lineOf));
  return reader.hasFailed ? { ok: false, issues } : { ok: true, yaml: { value, lineOf, issues } };
}

/** What the parser complains of, each with its line and column; the same of one line only once. */
function syntaxIssues(errors: readonly YAMLError[], lines: LineCounter): readonly Issue[] {
  const issues = new Map<string, Issue>();
  for (const { message, pos } of errors) {
    const { line, col } = lines.linePos(pos[0]);
    const key = `${line} ${message}`;
    if (issues.has(key)) continue;
    issues.set(key, { ...refusal('notYaml', `The file is not valid YAML: ${message} (column ${col}).`), line });
    if (issues.size === MAX_SYNTAX_ISSUES) break;
  }
  return [...issues.values()];
}

/** The issue with its line in the text, where it has one. */
export function withLine(issue: Issue, lineOf: YamlText['lineOf']): Issue {
  const line = lineOf(issue.path);
  return line === undefined ? issue : { ...issue, line };
}

function refusal(reason: string, message: string): Issue {
  return { severity: 'error', code: `definition.${reason}`, path: [], message };
}

function lineIn(document: Document.Parsed, path: DocumentPath, lines: LineCounter): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const part of path) {
    const key = isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === part) : undefined;
    const inside = isSeq(node) && typeof part === 'number' ? node.items[part] : key?.value;
    const start = startOf(key?.key ?? inside);
    if (start === undefined) break;
    offset = start;
    node = inside;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

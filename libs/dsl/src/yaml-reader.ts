import { storedKey, type Value } from '@tenon/engine';
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { DocumentPath, Issue } from './issue.js';
import { MAX_CHARACTERS, MAX_DEPTH, MAX_VALUES, tooDeep, tooManyValues } from './text-limits.js';
import { plainScalar } from './yaml-scalar.js';

/** What an anchor stands for, and what unfolding it once more costs. Absent `read` while it is still open. */
interface Anchor {
  read?: { readonly value: Value; readonly values: number; readonly characters: number };
}

const TAG = 'tag:yaml.org,2002:';
// Neither is text for a database: a null character, and half of a surrogate pair.
const UNSTORABLE = /\0|\p{Surrogate}/gu;

/** Turns the nodes of one YAML document into an encoded value, and lists what it cannot take. */
export class YamlReader {
  readonly issues: Issue[] = [];
  hasFailed = false;
  private readonly anchors = new Map<string, Anchor>();
  private values = 0;
  private characters = 0;
  private readonly path: (string | number)[] = [];

  constructor(private readonly isJson: boolean) {}

  /** The value of a node; null stands where something was refused, and `hasFailed` tells. */
  read(node: unknown): Value {
    if (isAlias(node)) return this.alias(node);
    if (node === null || node === undefined) return null;
    const anchor = this.open(node as Node);
    const before = { values: this.values, characters: this.characters };
    this.spend(1, 0);
    const value = this.path.length > MAX_DEPTH ? this.stop(tooDeep()) : this.content(node as Node);
    if (anchor) {
      const cost = { values: this.values - before.values, characters: this.characters - before.characters };
      anchor.read = { value, ...cost };
    }
    return value;
  }

  private content(node: Node): Value {
    if (isMap(node)) return this.isTag(node, 'map') ? this.mapping(node) : null;
    if (isSeq(node)) return this.isTag(node, 'seq') ? node.items.map((item, index) => this.at(index, item)) : null;
    return isScalar(node) ? this.scalar(node) : null;
  }

  private mapping(node: YAMLMap): Value {
    const entries = new Map<string, Value>();
    const merged: Value[] = [];
    for (const pair of node.items) {
      const key = this.key(pair);
      if (key === undefined) continue;
      if (key === '<<' && (pair.key as Scalar).type === 'PLAIN') merged.push(this.at(key, pair.value));
      else if (key === '__proto__')
        this.refuse('unsafeKey', 'The key "__proto__" is not allowed.', [...this.path, key]);
      else if (entries.has(storedKey(key)))
        this.refuse('duplicateKey', `The key "${key}" stands twice in the same mapping.`, [...this.path, key]);
      else entries.set(storedKey(key), this.at(key, pair.value));
    }
    for (const source of merged.flat()) this.merge(source, entries);
    return Object.fromEntries(entries);
  }

  private merge(source: Value, entries: Map<string, Value>): void {
    if (typeof source !== 'object' || source === null || Array.isArray(source))
      return this.refuse('badMerge', 'The key "<<" takes a mapping or a list of mappings.');
    for (const [key, value] of Object.entries(source)) if (!entries.has(key)) entries.set(key, value);
  }

  private key({ key }: Pair): string | undefined {
    const node = isAlias(key) ? undefined : key;
    if (isScalar(node) && this.isTag(node, 'str', 'int', 'float', 'bool', 'null')) {
      const text = storable(String(node.value ?? ''));
      this.spend(1, text.length);
      return text;
    }
    if (!isScalar(node)) this.refuse('keyNotText', 'A key of a mapping has to be plain text.');
    return undefined;
  }

  private scalar(node: Scalar): Value {
    if (!this.isTag(node, 'str', 'int', 'float', 'bool', 'null')) return null;
    const text = String(node.value ?? '');
    this.spend(0, text.length);
    const isText = node.tag === `${TAG}str` || node.tag === '!';
    const isTagged = node.tag !== undefined && !isText;
    if ((node.type === 'PLAIN' || isTagged) && !isText) {
      const value = plainScalar(text.trim(), this.isJson);
      if (typeof value !== 'string') return value;
      if (isTagged) this.refuse('badTag', `"${text.slice(0, 40)}" does not fit its tag.`);
    }
    const clean = storable(text);
    if (clean !== text)
      this.issues.push({
        severity: 'warning',
        code: 'definition.unstorableText',
        path: [...this.path],
        message: 'The text holds characters that cannot be stored; they were replaced.',
      });
    return clean;
  }

  private alias(node: Alias): Value {
    const anchor = this.anchors.get(node.source);
    if (!anchor) this.refuse('unknownAlias', `The alias "*${node.source}" names no anchor before it.`);
    else if (!anchor.read) this.refuse('circularAlias', `The alias "*${node.source}" stands inside its own anchor.`);
    else {
      this.spend(anchor.read.values, anchor.read.characters);
      // beyond the limits nothing is unfolded any more
      if (!this.isSpent()) return anchor.read.value;
    }
    return null;
  }

  private open(node: Node): Anchor | undefined {
    const name = (node as { anchor?: string }).anchor;
    if (name === undefined) return undefined;
    const anchor: Anchor = {};
    this.anchors.set(name, anchor);
    return anchor;
  }

  private at(part: string | number, node: unknown): Value {
    this.path.push(part);
    const value = this.read(node);
    this.path.pop();
    return value;
  }

  private isTag(node: Node & { tag?: string }, ...known: string[]): boolean {
    if (node.tag === undefined || node.tag === '!') return true;
    if (known.some((name) => node.tag === TAG + name)) return true;
    const name = node.tag.replace(TAG, '!!');
    this.refuse('tagNotAllowed', `The YAML tag "${name.slice(0, 80)}" is not allowed.`);
    return false;
  }

  private spend(values: number, characters: number): void {
    this.values += values;
    this.characters += characters;
    if (this.isSpent()) this.stop(tooManyValues());
  }

  private isSpent(): boolean {
    return this.values > MAX_VALUES || this.characters > MAX_CHARACTERS;
  }

  /** Says once what ends the reading as a whole. */
  private stop(issue: Issue): null {
    if (!this.issues.some(({ code }) => code === issue.code)) this.issues.push({ ...issue, path: [...this.path] });
    this.hasFailed = true;
    return null;
  }

  private refuse(reason: string, message: string, path: DocumentPath = this.path): void {
    this.issues.push({ severity: 'error', code: `definition.${reason}`, path: [...path], message });
    this.hasFailed = true;
  }
}

function storable(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}

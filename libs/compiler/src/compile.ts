import { canonicalJson, type Json } from '@tenon/base';
import { type Definition, hasErrors, hasGraph, type Issue, limitIssues } from '@tenon/dsl';
import type { Plan } from '@tenon/engine';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { catalogOf } from './catalog.js';
import { checkGraph } from './check-graph.js';
import { checkReferences } from './check-references.js';
import { type CompileIssue, IssueList } from './compile-issue.js';
import { lowerGraph } from './lower-graph.js';
import type { AnyNodeDefinition } from './node-definition.js';
import { readNodes } from './read-nodes.js';
import { lowerVariables, systemTypes } from './variable-scope.js';

/** A plan and its name, or everything that keeps the definition from being run. `issues` of a success are warnings. */
export type CompileResult =
  | { readonly ok: true; readonly plan: Plan; readonly hash: string; readonly issues: readonly CompileIssue[] }
  | { readonly ok: false; readonly issues: readonly CompileIssue[] };

/**
 * Validates a definition against the node types that are available and turns it into a plan. All issues are listed,
 * with paths into the definition. Never runs anything; equal definitions give equal plans.
 */
export function compile(definition: Definition, definitions: readonly AnyNodeDefinition[]): CompileResult {
  const issues = new IssueList();
  if (!hasGraph(definition)) {
    const message = `Apps of the mode "${definition.app.mode}" cannot run here; workflow and advanced-chat can.`;
    issues.error('app.modeNotSupported', ['app', 'mode'], message);
    return { ok: false, issues: issues.all };
  }
  const nodes = readNodes(definition, catalogOf(definitions), issues);
  const graph = checkGraph(definition, nodes, issues);
  const environment = lowerVariables(definition, 'environment', issues);
  const conversation = lowerVariables(definition, 'conversation', issues);
  const scope = { system: systemTypes(definition.app.mode), environment, conversation };
  checkReferences(nodes, graph, scope, issues);
  if (hasErrors(issues.all) || !graph.root?.known) return { ok: false, issues: limited(issues) };

  const { definition: root, config } = graph.root.known;
  const plan: Plan = {
    format: 1,
    mode: definition.app.mode,
    root: graph.root.node.id,
    inputs: root.inputFields?.(config) ?? [],
    environment,
    conversation,
    ...lowerGraph(definition, graph),
  };
  const bytes = bytesOf(plan);
  if (bytes.length > MAX_PLAN_BYTES) {
    const message = `The app is too large to run: its plan takes ${bytes.length} bytes, at most ${MAX_PLAN_BYTES} fit. Split it into several apps.`;
    issues.error('plan.tooLarge', ['workflow', 'graph'], message);
    return { ok: false, issues: limited(issues) };
  }
  return { ok: true, plan, hash: bytesToHex(sha256(bytes)), issues: limited(issues) };
}

/**
 * 10 000 small nodes take 4 to 6 MB. A plan stands in the history of its run, quoted, and the server warns of histories
 * above 10 MB; a worker holds the plan of each run under way, once or twice its text, and a team may have a hundred.
 */
const MAX_PLAN_BYTES = 6_000_000;

/** The name of a plan: the SHA-256 of its canonical JSON, in hex. */
export function hashOf(plan: Plan): string {
  return bytesToHex(sha256(bytesOf(plan)));
}

function bytesOf(plan: Plan): Uint8Array {
  return utf8ToBytes(canonicalJson(plan as unknown as Json));
}

function limited(issues: IssueList): readonly CompileIssue[] {
  return limitIssues<Issue>(issues.all);
}

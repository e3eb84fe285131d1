import type { Json } from '@tenon/base';
import { Budget, type RenderLimits } from './budget.js';
import { decodeInput } from './decode.js';
import { locateError } from './errors.js';
import { Interpreter } from './interpreter.js';
import { parseSource } from './syntax/parse.js';
import type { Block } from './syntax/tree.js';
import type { Value } from './values/value.js';

/** A template that was checked, to be rendered any number of times. */
export interface ParsedTemplate {
  /** As `renderTemplate`, without parsing again. */
  render(inputs: Readonly<Record<string, Json>>, limits?: RenderLimits): string;
}

/**
 * Checks a template. Throws `template.invalid`, with the line in message and details, for what Jinja refuses to
 * compile: wrong syntax, tags that do not match, filters and tests that do not exist.
 */
export function parseTemplate(source: string): ParsedTemplate {
  const block = parseSource(source);
  return { render: (inputs, limits = {}) => renderBlock(block, inputs, limits) };
}

/**
 * Renders a Jinja template as Python's Jinja2 3.1 does with its default settings and loop controls. `inputs` are
 * encoded values by name (`@tenon/base` number.ts); a name that is absent prints as nothing. Values are printed, never
 * parsed as a template.
 *
 * Throws `template.invalid` for a source that is no template, `template.failed` where Python would raise, and
 * `template.tooManySteps` or `template.tooLong` at the limits. The line is in message and details.
 */
export function renderTemplate(
  source: string,
  inputs: Readonly<Record<string, Json>>,
  limits: RenderLimits = {},
): string {
  return renderBlock(blockOf(source), inputs, limits);
}

/** Blocks of the sources rendered last: most are rendered again and again. */
const blocks = new Map<string, Block>();
const MAX_BLOCKS = 200;
/** Longer sources are parsed each time, in characters. */
const MAX_KEPT_CHARS = 10_000;

function blockOf(source: string): Block {
  const known = blocks.get(source);
  if (known) return known;
  const block = parseSource(source);
  if (source.length > MAX_KEPT_CHARS) return block;
  if (blocks.size === MAX_BLOCKS) blocks.delete(blocks.keys().next().value as string);
  blocks.set(source, block);
  return block;
}

function renderBlock(block: Block, inputs: Readonly<Record<string, Json>>, limits: RenderLimits): string {
  const interpreter = new Interpreter(new Budget(limits));
  try {
    return interpreter.render(block, inputNames(inputs));
  } catch (error) {
    throw locateError(error, interpreter.line);
  }
}

// Inputs are decoded when a template first uses them: most of a large one is often never looked at.
function inputNames(inputs: Readonly<Record<string, Json>>): (name: string) => Value | undefined {
  const decoded = new Map<string, Value>();
  return (name) => {
    if (!Object.hasOwn(inputs, name)) return undefined;
    const value = decoded.get(name) ?? decodeInput(inputs[name] as Json);
    decoded.set(name, value);
    return value;
  };
}

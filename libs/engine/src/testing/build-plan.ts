import type { Json } from '@tenon/base';
import type { InputField, Plan, PlanEdge, PlanStep, PlanVariable, Segment, Selector } from '../plan.js';
import { parseTemplate, selectorsIn } from '../template.js';

/** What a test says about a step; the rest is filled in. */
export interface StepDrawing extends Partial<Omit<PlanStep, 'id' | 'response'>> {
  /** Selectors the step reads, as `node.name`. */
  readonly reads?: readonly string[];
  /** Makes it an answer step with this template. */
  readonly answer?: string;
  /** Makes it an end step: selectors, as `node.name`, by the name of the output. */
  readonly end?: Readonly<Record<string, string>>;
}

export interface PlanDrawing {
  readonly mode?: Plan['mode'];
  readonly steps?: Readonly<Record<string, StepDrawing>>;
  /** Names of optional text fields of the start form, or whole fields. */
  readonly inputs?: readonly (string | InputField)[];
  readonly environment?: readonly PlanVariable[];
  readonly conversation?: readonly PlanVariable[];
}

/**
 * A plan from a picture: one chain of steps a line, such as `if:true -> a -> join`. A step is named by its id and
 * begins the run when it comes first; an exit follows a colon and is `source` unless given. A step with other exits
 * branches; with `fail-branch` it takes that way when it fails. A line may hold a single step.
 */
export function buildPlan(picture: string, drawing: PlanDrawing = {}): Plan {
  const chains = picture.split('\n').map((line) => line.split('->').map(parsePlace));
  const ids = [...new Set(chains.flat().map(({ id }) => id))].filter((id) => id !== '');
  const edges = chains.flatMap(edgesOf);
  const outgoing = new Map<string, PlanEdge[]>();
  for (const edge of edges) outgoing.set(edge.source, [...(outgoing.get(edge.source) ?? []), edge]);
  return {
    format: 1,
    mode: drawing.mode ?? 'workflow',
    root: ids[0] ?? '',
    inputs: (drawing.inputs ?? []).map(fieldOf),
    environment: drawing.environment ?? [],
    conversation: drawing.conversation ?? [],
    steps: ids.map((id) => stepOf(id, outgoing.get(id) ?? [], drawing.steps?.[id] ?? {})),
    edges,
  };
}

interface Place {
  readonly id: string;
  readonly exit: string;
}

function parsePlace(text: string): Place {
  const [id = '', exit = 'source'] = text.trim().split(':');
  return { id, exit };
}

const edgesOf = (chain: readonly Place[]): PlanEdge[] =>
  chain.slice(1).map(({ id: target }, i) => {
    const { id: source, exit } = chain[i] as Place;
    return { source, exit, target };
  });

const fieldOf = (field: string | InputField): InputField =>
  typeof field === 'string' ? buildField(field, 'paragraph') : field;

/** An optional field of the start form, but for what a test says. */
export function buildField(name: string, type: string, more: Partial<InputField> = {}): InputField {
  return {
    name,
    label: name,
    type,
    required: false,
    default: null,
    maxLength: null,
    options: [],
    jsonSchema: null,
    ...more,
  };
}

function stepOf(id: string, outgoing: readonly PlanEdge[], drawing: StepDrawing): PlanStep {
  const { reads = [], answer, end, ...given } = drawing;
  const drawn = [...new Set(outgoing.map((edge) => edge.exit))];
  const responds = answer === undefined ? end && endOf(end) : answerOf(answer);
  return {
    id,
    type: id,
    title: id,
    instruction: {
      kind: 'inline',
      run: responds?.run ?? 'pass@1',
      config: responds?.config ?? {},
      reads: [...reads.map(selectorOf), ...(responds?.reads ?? [])],
    },
    exits: drawn.length > 0 ? drawn : ['source'],
    branching: drawn.some((exit) => exit !== 'source' && exit !== 'fail-branch'),
    retry: { maxRetries: 0, intervalMs: 0 },
    onFailure: drawn.includes('fail-branch') ? { then: 'exit', exit: 'fail-branch' } : { then: 'stop' },
    ...(responds && { response: { segments: responds.segments } }),
    streams: [],
    outputs: {},
    ...given,
  };
}

interface Responds {
  readonly run: string;
  readonly config: Json;
  readonly reads: readonly Selector[];
  readonly segments: readonly Segment[];
}

const selectorOf = (text: string): Selector => text.split('.');

const answerOf = (answer: string): Responds => ({
  run: 'answer@1',
  config: { answer },
  reads: selectorsIn(answer),
  segments: parseTemplate(answer),
});

function endOf(outputs: Readonly<Record<string, string>>): Responds {
  const reads = Object.values(outputs).map(selectorOf);
  const segments = reads.flatMap((selector, i): Segment[] => [...(i > 0 ? [{ text: '\n' }] : []), { selector }]);
  return { run: 'end@1', config: { outputs }, reads, segments };
}

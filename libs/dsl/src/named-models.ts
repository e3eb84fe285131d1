import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import type { Definition } from './definition.js';

/** A model as a definition names it, with whatever spelling of its provider. */
export interface NamedModel {
  readonly provider: string;
  readonly name: string;
}

/** Where a definition names a model. */
export interface ModelPlace {
  readonly model: NamedModel;
  /** Absent for the one model of an app without graph. */
  readonly nodeId?: string;
}

/** Every place that names a model, also in nodes of types that nobody knows. */
export function listNamedModels(definition: Definition): readonly ModelPlace[] {
  const places: ModelPlace[] = [];
  mapModels(definition, (place) => {
    places.push(place);
    return undefined;
  });
  return places;
}

/**
 * The definition with other models in place of those it names; what else is set of a model stays.
 * @param replace  undefined: it keeps the one it has
 */
export function replaceModels(
  definition: Definition,
  replace: (place: ModelPlace) => NamedModel | undefined,
): Definition {
  return mapModels(definition, replace);
}

function mapModels(definition: Definition, replace: (place: ModelPlace) => NamedModel | undefined): Definition {
  const document: JsonObject = definition;
  const withModel = (holder: JsonObject, nodeId?: string): JsonObject => {
    const { model } = holder;
    const named = namedIn(model);
    const other = named && replace({ model: named, ...(nodeId !== undefined && { nodeId }) });
    return other ? { ...holder, model: { ...(model as JsonObject), ...other } } : holder;
  };
  const settings = document['model_config'];
  const workflow = document['workflow'];
  const graph = isJsonObject(workflow) ? workflow['graph'] : undefined;
  const nodes = isJsonObject(graph) && Array.isArray(graph['nodes']) ? (graph['nodes'] as readonly JsonObject[]) : [];
  const mapped = nodes.map((node) => {
    const data = node['data'] as JsonObject;
    const changed = withModel(data, node['id'] as string);
    return changed === data ? node : { ...node, data: changed };
  });
  return {
    ...document,
    ...(isJsonObject(settings) && { model_config: withModel(settings) }),
    ...(nodes.length > 0 && {
      workflow: { ...(workflow as JsonObject), graph: { ...(graph as JsonObject), nodes: mapped } },
    }),
  } as Definition;
}

function namedIn(model: Json | undefined): NamedModel | undefined {
  if (!isJsonObject(model)) return undefined;
  const { provider, name } = model;
  if (typeof provider !== 'string' || typeof name !== 'string' || provider === '' || name === '') return undefined;
  return { provider, name };
}

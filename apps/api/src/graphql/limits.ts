import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { getComplexity, simpleEstimator, type ComplexityEstimator } from 'graphql-query-complexity';

/** Fields within fields. */
const MAX_DEPTH = 12;
/** Fields that may come to be read, lists counted by the rows asked for. */
const MAX_COST = 20_000;
/** Fields as written, fragments unfolded. */
const MAX_NODES = 2_000;

/** A list costs what one of its rows costs, as many times as rows are asked for. */
const pageEstimator: ComplexityEstimator = ({ args, childComplexity }) => {
  const first: unknown = args['first'];
  return typeof first === 'number' && first > 0 ? 1 + first * childComplexity : undefined;
};

/** Refuses documents that would cost too much, before anything is read. */
export const limitsPlugin: ApolloServerPlugin = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ schema, document, request }) => {
      checkDepth(document);
      const cost = getComplexity({
        schema,
        query: document,
        variables: request.variables ?? {},
        ...(request.operationName && { operationName: request.operationName }),
        estimators: [pageEstimator, simpleEstimator({ defaultComplexity: 1 })],
        maxQueryNodes: MAX_NODES,
      });
      if (cost > MAX_COST)
        throw refuse(`The query costs ${cost}, at most ${MAX_COST} are allowed; ask for fewer rows.`);
    },
  }),
};

function checkDepth(document: DocumentNode): void {
  const fragments = new Map(
    document.definitions
      .filter((it): it is FragmentDefinitionNode => it.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const visit = (set: SelectionSetNode | undefined, depth: number): void => {
    if (depth > MAX_DEPTH) throw refuse(`The query is nested deeper than ${MAX_DEPTH} fields.`);
    for (const node of set?.selections ?? []) {
      if (node.kind === Kind.FIELD) visit(node.selectionSet, depth + 1);
      else if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet, depth);
      else visit(fragments.get(node.name.value)?.selectionSet, depth);
    }
  };
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) visit(definition.selectionSet, 0);
}

function refuse(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

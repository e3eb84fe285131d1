import type { ApolloServerPlugin, GraphQLRequest } from '@apollo/server';
import {
  GraphQLError,
  Kind,
  Lexer,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  Source,
  TokenKind,
  validate,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import {
  fieldExtensionsEstimator,
  getComplexity,
  simpleEstimator,
  type ComplexityEstimator,
} from 'graphql-query-complexity';
import type { GraphQLContext } from '../auth/identity.js';

/** Words and signs of a document: checking one takes time that grows with the square of its fields. */
export const MAX_TOKENS = 2_000;
/** The same for somebody who is not signed in, and has little to ask. */
const OPEN_TOKENS = 500;
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

/** Refuses documents that would cost too much, or that HTTP cannot answer, before anything is read. */
export const limitsPlugin: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ schema, document, request, operation, contextValue }) => {
      if (operation?.operation === OperationTypeNode.SUBSCRIPTION)
        throw refuse('Subscriptions are served over a WebSocket at this address; connect with graphql-transport-ws.');
      if (!contextValue.identity && validate(schema, document, [NoSchemaIntrospectionCustomRule]).length > 0)
        throw refuse('Sign in to ask what can be asked.');
      checkDepth(document);
      const cost = costOf(schema, document, request);
      if (cost > MAX_COST)
        throw refuse(`The query costs ${cost}, at most ${MAX_COST} are allowed; ask for fewer rows.`);
    },
  }),
};

function costOf(schema: GraphQLSchema, query: DocumentNode, { variables, operationName }: GraphQLRequest): number {
  try {
    return getComplexity({
      schema,
      query,
      variables: variables ?? {},
      ...(operationName && { operationName }),
      // fields that are dearer than one say so: graphql/cost.ts
      estimators: [pageEstimator, fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })],
      maxQueryNodes: MAX_NODES,
    });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : `The query has more than ${MAX_NODES} fields.`);
  }
}

function checkDepth(document: DocumentNode): void {
  const fragments = new Map(
    document.definitions
      .filter((it): it is FragmentDefinitionNode => it.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment.selectionSet]),
  );
  // each fragment is measured once: unfolding it at every spread would take time exponential in their number
  const heights = new Map<string, number>();
  const heightOf = (set: SelectionSetNode | undefined): number =>
    Math.max(
      0,
      ...(set?.selections ?? []).map((node) => {
        if (node.kind === Kind.FIELD) return 1 + heightOf(node.selectionSet);
        if (node.kind === Kind.INLINE_FRAGMENT) return heightOf(node.selectionSet);
        const name = node.name.value;
        if (!heights.has(name)) heights.set(name, heightOf(fragments.get(name)));
        return heights.get(name) as number;
      }),
    );
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION && heightOf(definition.selectionSet) > MAX_DEPTH)
      throw refuse(`The query is nested deeper than ${MAX_DEPTH} fields.`);
}

/**
 * Refuses a long document of nobody before it is parsed.
 * @param document  as it was sent, which may be anything
 * @throws GraphQLError
 */
export function refuseLongOfNobody(document: unknown): void {
  if (typeof document === 'string' && hasMoreTokens(document, OPEN_TOKENS))
    throw refuse(`The query has more than ${OPEN_TOKENS} words and signs; sign in to ask so much at once.`);
}

/** Reads no further than it must. */
function hasMoreTokens(document: string, most: number): boolean {
  const lexer = new Lexer(new Source(document));
  try {
    for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count++) if (count === most) return true;
  } catch {
    // what is wrong with it is said when it is parsed, which ends at the same place
  }
  return false;
}

// without a status the server would answer that it broke
function refuse(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}

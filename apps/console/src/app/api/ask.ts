import { computed, effect, inject, untracked, type Signal } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import { ApolloClient, type ObservableQuery, type OperationVariables } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { concatMap, EMPTY, of, throwError } from 'rxjs';
import { Problem, problemOf } from './problem.js';
import { Reach } from './reach.js';

/** What a query gives. */
export interface Asked<Data, Variables = never> {
  /** As it changes in the cache; undefined while there is none. */
  readonly data: Signal<Data | undefined>;
  /** What kept it away. */
  readonly problem: Signal<Problem | undefined>;
  /** Asks again. */
  reload(): void;
  /** Asks for more of a list that comes in pages; the cache puts it to what is there. */
  fetchMore(variables: Partial<Variables>): Promise<void>;
}

/**
 * Asks the API whenever the variables change or it is back, and shows what the cache has meanwhile. Call it where `inject` may be called.
 * @param variables  undefined: nothing is asked yet
 * @param pollMs     it is asked again so long after each answer, while somebody may see it, until `fetchMore`
 */
export function ask<Data, Variables extends OperationVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: () => Variables | undefined,
  { pollMs }: { readonly pollMs?: number } = {},
): Asked<Data, Variables> {
  const client = inject(ApolloClient);
  let watched: ObservableQuery<Data> | undefined;
  const resource = rxResource({
    params: variables,
    stream: ({ params }) => {
      watched = client.watchQuery<Data>({
        ...{ query, variables: params, fetchPolicy: 'cache-and-network' },
        ...(pollMs && { pollInterval: pollMs, skipPollAttempt: () => document.hidden }),
      });
      return watched.pipe(
        concatMap(({ data, dataState, error }) => {
          if (error) return throwError(() => problemOf(error));
          return dataState === 'complete' ? of(data as Data) : EMPTY;
        }),
      );
    },
  });
  const { returns } = inject(Reach);
  let known = untracked(returns);
  effect(() => {
    if (returns() === known) return;
    known = returns();
    untracked(() => resource.reload());
  });
  return {
    data: computed(() => (resource.hasValue() ? resource.value() : undefined)),
    problem: computed(() => {
      const error = resource.error();
      return error && problemOf(error instanceof Problem ? error : (error.cause ?? error));
    }),
    reload: () => void resource.reload(),
    fetchMore: async (more) => {
      watched?.stopPolling(); // an answer is a first page, which would take the place of all
      await watched?.fetchMore({ variables: more });
    },
  };
}

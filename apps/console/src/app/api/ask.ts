import { computed, effect, inject, linkedSignal, signal, untracked, type Signal } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import { ApolloClient, NetworkStatus, type ObservableQuery, type OperationVariables } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { scan, skipWhile } from 'rxjs';
import { problemOf, type Problem } from './problem.js';
import { Reach } from './reach.js';

/** What a query gives. */
export interface Asked<Data, Variables = never> {
  /** As it changes in the cache; undefined while there is none. What is there stays when it cannot be asked anew. */
  readonly data: Signal<Data | undefined>;
  /** What kept the last answer away. */
  readonly problem: Signal<Problem | undefined>;
  /** An answer is under way that somebody waits for; not the next one of a poll. */
  readonly isLoading: Signal<boolean>;
  /** Asks again. */
  reload(): void;
  /** Asks for more of a list that comes in pages; the cache puts it to what is there. */
  fetchMore(variables: Partial<Variables>): Promise<void>;
}

interface Answer<Data> {
  readonly data?: Data | undefined;
  readonly problem?: Problem | undefined;
  readonly status: NetworkStatus;
}

const WAITED_FOR = [NetworkStatus.loading, NetworkStatus.fetchMore, NetworkStatus.refetch];

/**
 * Asks the API whenever the content of the variables changes or it is back, and shows what the cache has meanwhile. Call it
 * where `inject` may be called.
 * @param variables   undefined: nothing is asked yet
 * @param pollMs      it is asked again so long after each answer, while somebody may see it, until `fetchMore`
 * @param pollsWhile  whether what is known may change by itself; without it, always
 */
export function ask<Data, Variables extends OperationVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: () => Variables | undefined,
  { pollMs, pollsWhile = () => true }: { readonly pollMs?: number; readonly pollsWhile?: (data: Data) => boolean } = {},
): Asked<Data, Variables> {
  const client = inject(ApolloClient);
  /** How often it was begun anew because no answer came. */
  const round = signal(0);
  const params = computed(
    () => {
      const wanted = variables();
      return wanted && { wanted, round: round() };
    },
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  /** Why there came no more of a list. */
  const halt = linkedSignal({ source: params, computation: (): Problem | undefined => undefined });
  let watched: ObservableQuery<Data> | undefined;
  const isEnough = () => {
    const known = watched?.getCurrentResult();
    return known?.dataState === 'complete' && !pollsWhile(known.data as Data);
  };
  const resource = rxResource({
    params,
    stream: ({ params: { wanted } }) => {
      watched = client.watchQuery<Data>({
        ...{ query, variables: wanted, fetchPolicy: 'cache-and-network' },
        ...(pollMs && { pollInterval: pollMs, skipPollAttempt: () => document.hidden || isEnough() }),
      });
      return watched.pipe(
        scan(
          (last: Answer<Data>, { data, dataState, error, networkStatus: status }) => ({
            data: dataState === 'complete' ? (data as Data) : last.data,
            problem: error ? problemOf(error) : status === NetworkStatus.poll ? last.problem : undefined,
            status,
          }),
          { status: NetworkStatus.loading },
        ),
        skipWhile(({ data, problem }) => data === undefined && !problem),
      );
    },
  });
  const answer = computed(() => (resource.hasValue() ? resource.value() : undefined));
  const reload = () => {
    if (!params()) return;
    if (!answer()) return round.update((count) => count + 1);
    halt.set(undefined);
    if (pollMs) watched?.startPolling(pollMs);
    watched?.refetch().catch(() => undefined); // the stream says so
  };
  const { returns } = inject(Reach);
  let known = untracked(returns);
  effect(() => {
    if (returns() === known) return;
    known = returns();
    untracked(reload);
  });
  return {
    data: computed(() => answer()?.data),
    problem: computed(() => answer()?.problem ?? halt()),
    isLoading: computed(() => WAITED_FOR.includes(answer()?.status ?? NetworkStatus.loading)),
    reload,
    fetchMore: async (more) => {
      halt.set(undefined);
      watched?.stopPolling(); // an answer is a first page, which would take the place of all
      try {
        await watched?.fetchMore({ variables: more });
      } catch (error) {
        halt.set(problemOf(error));
      }
    },
  };
}

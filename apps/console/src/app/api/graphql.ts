import { inject, type Provider } from '@angular/core';
import { ApolloClient, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { ErrorLink } from '@apollo/client/link/error';
import { HttpLink } from '@apollo/client/link/http';
import { relayStylePagination } from '@apollo/client/utilities';
import { Clock } from '../language/clock.js';
import { isUnanswered } from './problem.js';
import { Reach } from './reach.js';
import { NOBODY, SignedOut } from './signed-out.js';

/** Reason of the API's refusal when what it keeps things in takes nothing. */
const UNABLE = 'database.unavailable';

/** The API over GraphQL, with the one cache of what it said. */
export const graphqlProvider: Provider = {
  provide: ApolloClient,
  useFactory: () => {
    const signedOut = inject(SignedOut);
    const reach = inject(Reach);
    const watch = new ErrorLink(({ error }) => {
      if (isUnanswered(error)) return reach.notice();
      if (!CombinedGraphQLErrors.is(error)) return;
      if (error.errors.some(({ extensions }) => extensions?.['reason'] === NOBODY)) signedOut.notice();
      if (error.errors.some(({ extensions }) => extensions?.['reason'] === UNABLE)) reach.noticeUnable();
    });
    const http = new HttpLink({ uri: '/graphql', fetch: inject(Clock).setBy(reach.fetch) });
    return new ApolloClient({ link: watch.concat(http), cache: createCache() });
  },
};

function createCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      Query: { fields: { apps: relayStylePagination(['filter']), runs: relayStylePagination(['filter']) } },
      Provider: { keyFields: ['name'] },
      // of one app: what one page asked of it stays when another asks for something else
      Draft: { merge: true },
    },
  });
}

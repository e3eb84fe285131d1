import { inject, Injectable } from '@angular/core';
import { ApolloClient, type OperationVariables } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { throwRefusal } from './problem.js';
import type { UserErrorPartsFragment } from './user-error.generated.js';

/** What a mutation of one field answers. */
type Answer = Readonly<Record<string, { readonly errors: readonly UserErrorPartsFragment[] }>>;

/** Changes by the API. */
@Injectable({ providedIn: 'root' })
export class Mutations {
  private readonly client = inject(ApolloClient);

  /**
   * Asks for one change and gives what came of it.
   * @throws Problem when it was refused; whatever keeps the API away as it is, see `problemOf`
   */
  async perform<Data extends Answer, Variables extends OperationVariables>(
    mutation: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data[keyof Data]> {
    const { data } = await this.client.mutate<Data, OperationVariables>({ mutation, variables });
    const [payload] = Object.values(data ?? {}) as Data[keyof Data][];
    throwRefusal(payload?.errors ?? []);
    return payload as Data[keyof Data];
  }
}

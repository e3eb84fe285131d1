import { inject, Injectable, signal } from '@angular/core';
import { ApolloClient } from '@apollo/client';
import { Mutations } from './mutations.js';
import { SignInDocument, SignOutDocument, ViewerDocument, type ViewerPartsFragment } from './session.generated.js';
import { tabStore } from './stores.js';

/** Whose the content of the tab's store is. */
const OWNER_AS = 'tenon.owner';

/** Who is signed in. What one member typed in this tab is removed before the next one sees anything. */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly client = inject(ApolloClient);
  private readonly mutations = inject(Mutations);
  readonly viewer = signal<ViewerPartsFragment | null>(null);

  /** Asks who is signed in, once; null for nobody. @throws Problem when the API is away */
  async load(): Promise<ViewerPartsFragment | null> {
    if (!this.viewer()) {
      const { data } = await this.client.query({ query: ViewerDocument, fetchPolicy: 'network-only' });
      this.become(data?.viewer ?? null);
    }
    return this.viewer();
  }

  /** @throws Problem when the API refuses or is away */
  async signIn(email: string, password: string): Promise<void> {
    const { viewer } = await this.mutations.perform(SignInDocument, { input: { email, password } });
    await this.client.clearStore();
    this.become(viewer);
  }

  /** Nothing that was seen stays behind. */
  async signOut(): Promise<void> {
    await this.mutations.perform(SignOutDocument, {});
    this.become(null);
    tabStore.clear();
    await this.client.clearStore();
  }

  /** Whose session is over may come back to what they typed. */
  private become(viewer: ViewerPartsFragment | null): void {
    if (viewer && viewer.id !== tabStore.read(OWNER_AS)) {
      tabStore.clear();
      tabStore.write(OWNER_AS, viewer.id);
    }
    this.viewer.set(viewer);
  }
}

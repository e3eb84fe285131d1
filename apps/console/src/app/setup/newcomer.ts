import { inject, Injectable } from '@angular/core';
import { ApolloClient } from '@apollo/client';
import { Session } from '../api/session.js';
import { standingOf } from '../models/model-standing.js';
import { RunsDocument } from '../runs/runs.generated.js';
import { FirstStepsDocument } from './first-steps.generated.js';

/** Finds out who has just arrived: an owner whose team has asked nothing yet, and has no model that could answer. */
@Injectable({ providedIn: 'root' })
export class Newcomer {
  private readonly client = inject(ApolloClient);
  private readonly session = inject(Session);

  /** @throws whatever keeps the API away, see `problemOf` */
  async isHere(): Promise<boolean> {
    if (this.session.viewer()?.role !== 'owner') return false;
    const fetchPolicy = 'no-cache';
    const [models, runs] = await Promise.all([
      this.client.query({ query: FirstStepsDocument, fetchPolicy }),
      this.client.query({ query: RunsDocument, variables: { first: 1 }, fetchPolicy }),
    ]);
    if (!models.data || !runs.data) return false;
    return standingOf(models.data) !== 'ready' && runs.data.runs.edges.length === 0;
  }
}

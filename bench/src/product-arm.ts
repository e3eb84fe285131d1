import { createClient, type Client } from 'graphql-ws';
import type { Arm, Sample } from './arm.js';
import type { Stack } from './stack.js';

const FOLLOW = `subscription ($runId: ID!) {
  runEvents(runId: $runId, afterSeq: 0) {
    ... on RunEventUpdate { type payload }
    ... on RunReplyUpdate { text }
  }
}`;

type Update =
  | { readonly type: string; readonly payload: { readonly outcome?: { readonly status: string } } }
  | { readonly text: string };

/** The product, asked over its public API: a run is accepted by a mutation and followed by a subscription. */
export class Product {
  private readonly stack: Stack;
  private readonly client: Client;

  constructor(stack: Stack) {
    this.stack = stack;
    this.client = createClient({
      url: `${stack.product.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${stack.product.token}` },
      lazy: false,
      retryAttempts: 0,
    });
  }

  /** Imports and publishes an app file. @returns what runs it */
  async arm(content: string): Promise<Arm> {
    const { importApp } = await this.ask<{ importApp: { app: { id: string } | null; issues: object[] } }>(
      'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } issues { message path } } }',
      { content },
    );
    const appId = importApp.app?.id;
    const { publishApp } = await this.ask<{ publishApp: { version: object | null; issues: object[] } }>(
      'mutation ($input: AppInput!) { publishApp(input: $input) { version { number } issues { message path } } }',
      { appId },
    );
    if (!publishApp.version) throw new Error(JSON.stringify(publishApp.issues));
    return { name: 'product', pids: this.stack.product.pids, run: () => this.run(appId) };
  }

  async close(): Promise<void> {
    await this.client.dispose();
  }

  private async run(appId: string | undefined): Promise<Sample> {
    const startedAt = performance.now();
    const { startRun } = await this.ask<{ startRun: { run: { id: string } | null; errors: object[] } }>(
      'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } errors { message path } } }',
      { appId, query: 'go' },
    );
    const runId = startRun.run?.id;
    if (!runId) throw new Error(JSON.stringify(startRun.errors));
    let firstTextMs: number | undefined;
    for await (const { data, errors } of this.client.iterate<{ runEvents: Update[] }>({
      query: FOLLOW,
      variables: { runId },
    })) {
      if (!data) throw new Error(JSON.stringify(errors));
      for (const update of data.runEvents)
        if ('text' in update) firstTextMs ??= performance.now() - startedAt;
        else if (update.type === 'run.finished') {
          const endMs = performance.now() - startedAt;
          if (update.payload.outcome?.status !== 'succeeded') throw new Error(JSON.stringify(update.payload));
          return { endMs, workflowId: `run/${runId}`, ...(firstTextMs !== undefined && { firstTextMs }) };
        }
    }
    throw new Error(`the events of run ${runId} ended before the run`);
  }

  private async ask<Data>(query: string, input: object): Promise<Data> {
    const { url, token } = this.stack.product;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const body = (await response.json()) as { data?: Data; errors?: object };
    if (body.errors || !body.data) throw new Error(JSON.stringify(body.errors));
    return body.data;
  }
}

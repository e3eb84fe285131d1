import { chatApp, emptyApp, fanApp, modelCallsApp, requestsApp, templatesApp } from './app-files.js';
import type { BaselineName } from './baseline-arm.js';

/** One app of the product against hand-written workflows. */
export interface Case {
  readonly name: string;
  /** The app file. @param modelUrl of the server that model calls and requests go to */
  readonly app: (modelUrl: string) => string;
  /** The first does the same work; the others are what budgets speak of. */
  readonly baselines: readonly BaselineName[];
  /** Runs under way at once. */
  readonly concurrency: number;
  /** Measured in the short form too. */
  readonly isQuick?: boolean;
  /** Measures the time to the first text instead of to the end. */
  readonly isFirstText?: boolean;
}

const documentOf = (modelUrl: string) => `${modelUrl}/models`;

/** Everything that is measured, in the order of the table. */
export const CASES: readonly Case[] = [
  { name: 'empty', app: emptyApp, baselines: ['empty'], concurrency: 1 },
  { name: 'pure-1', app: () => templatesApp(1), baselines: ['empty', 'local-1'], concurrency: 1 },
  {
    name: 'pure-10',
    app: () => templatesApp(10),
    baselines: ['activity-10', 'local-10', 'local-1', 'empty'],
    concurrency: 1,
    isQuick: true,
  },
  { name: 'pure-100', app: () => templatesApp(100), baselines: ['empty', 'local-1'], concurrency: 1 },
  {
    name: 'activity-10',
    app: (url) => requestsApp(documentOf(url), 10, false),
    baselines: ['activity-10'],
    concurrency: 1,
  },
  {
    name: 'local-10',
    app: (url) => requestsApp(documentOf(url), 10, true),
    baselines: ['local-10'],
    concurrency: 1,
    isQuick: true,
  },
  {
    name: 'fan-20',
    app: (url) => fanApp(documentOf(url), 20),
    baselines: ['fan-20'],
    concurrency: 1,
  },
  ...[1, 10, 50, 200].map((concurrency) => ({
    name: `llm-5-c${concurrency}`,
    app: () => modelCallsApp(5),
    baselines: ['llm-5'] as const,
    concurrency,
    isQuick: concurrency === 10,
  })),
  {
    name: 'first-token-c1',
    app: chatApp,
    baselines: ['llm-1'],
    concurrency: 1,
    isFirstText: true,
  },
  { name: 'first-token-c20', app: chatApp, baselines: ['llm-1'], concurrency: 20, isFirstText: true },
];

/** The price of a model from a day on, in US dollars for a million tokens. */
export interface PriceRow {
  /** The first day, in UTC: of the price, or of its being known here. */
  readonly from: string;
  readonly input: number;
  /** Of what the provider had read before. */
  readonly cached?: number;
  readonly output: number;
  /** Longer prompts have another price. */
  readonly maxPromptTokens?: number;
}

/** What a provider charges at its own address. */
export interface ProviderPrices {
  readonly host: string;
  /** Where the provider says it. */
  readonly source: string;
  /** By the name of the model; the rows of one in the order of their days. */
  readonly models: Readonly<Record<string, readonly PriceRow[]>>;
}

const OPENAI: ProviderPrices = {
  host: 'api.openai.com',
  source: 'https://developers.openai.com/api/docs/pricing',
  models: {
    'gpt-3.5-turbo': [{ from: '2024-02-16', input: 0.5, output: 1.5 }],
    'gpt-4o': [
      { from: '2024-05-13', input: 5, output: 15 },
      { from: '2024-10-02', input: 2.5, cached: 1.25, output: 10 },
    ],
    'gpt-4o-2024-05-13': [{ from: '2024-05-13', input: 5, output: 15 }],
    'gpt-4o-mini': [{ from: '2024-07-18', input: 0.15, cached: 0.075, output: 0.6 }],
    'gpt-4.1': [{ from: '2025-04-14', input: 2, cached: 0.5, output: 8 }],
    'gpt-4.1-mini': [{ from: '2025-04-14', input: 0.4, cached: 0.1, output: 1.6 }],
    'gpt-4.1-nano': [{ from: '2025-04-14', input: 0.1, cached: 0.025, output: 0.4 }],
    'gpt-5': [{ from: '2025-08-07', input: 1.25, cached: 0.125, output: 10 }],
    'gpt-5-mini': [{ from: '2025-08-07', input: 0.25, cached: 0.025, output: 2 }],
    'gpt-5-nano': [{ from: '2025-08-07', input: 0.05, cached: 0.005, output: 0.4 }],
    'gpt-5.1': [{ from: '2025-11-13', input: 1.25, cached: 0.125, output: 10 }],
    'gpt-5.2': [{ from: '2025-12-11', input: 1.75, cached: 0.175, output: 14 }],
    'gpt-5.4': [{ from: '2026-07-01', input: 2.5, cached: 0.25, output: 15, maxPromptTokens: 272_000 }],
    'gpt-5.4-mini': [{ from: '2026-07-01', input: 0.75, cached: 0.075, output: 4.5 }],
    'gpt-5.4-nano': [{ from: '2026-07-01', input: 0.2, cached: 0.02, output: 1.25 }],
    o3: [
      { from: '2025-04-16', input: 10, cached: 2.5, output: 40 },
      { from: '2025-06-10', input: 2, cached: 0.5, output: 8 },
    ],
    'o4-mini': [{ from: '2025-04-16', input: 1.1, cached: 0.275, output: 4.4 }],
  },
};

const ANTHROPIC: ProviderPrices = {
  host: 'api.anthropic.com',
  source: 'https://platform.claude.com/docs/en/about-claude/pricing',
  models: {
    'claude-haiku-4-5': [{ from: '2025-10-15', input: 1, cached: 0.1, output: 5 }],
    'claude-sonnet-4-5': [{ from: '2025-09-29', input: 3, cached: 0.3, output: 15 }],
    'claude-sonnet-4-6': [{ from: '2026-07-01', input: 3, cached: 0.3, output: 15 }],
    'claude-sonnet-5': [{ from: '2026-10-24', input: 2, cached: 0.2, output: 10 }],
    'claude-opus-4-5': [{ from: '2025-11-24', input: 5, cached: 0.5, output: 25 }],
    'claude-opus-4-6': [{ from: '2026-07-01', input: 5, cached: 0.5, output: 25 }],
    'claude-opus-4-7': [{ from: '2026-07-01', input: 5, cached: 0.5, output: 25 }],
    'claude-opus-4-8': [{ from: '2026-10-24', input: 5, cached: 0.5, output: 25 }],
    'claude-opus-5': [{ from: '2026-10-24', input: 5, cached: 0.5, output: 25 }],
  },
};

const GOOGLE: ProviderPrices = {
  host: 'generativelanguage.googleapis.com',
  source: 'https://ai.google.dev/gemini-api/docs/pricing',
  models: {
    'gemini-2.5-flash': [{ from: '2025-06-17', input: 0.3, output: 2.5 }],
    'gemini-2.5-flash-lite': [{ from: '2025-07-22', input: 0.1, output: 0.4 }],
    'gemini-2.5-pro': [{ from: '2025-06-17', input: 1.25, output: 10, maxPromptTokens: 200_000 }],
  },
};

/**
 * Prices of text that are beyond doubt: whatever is not here is unknown. A new price is a new row behind the others, and
 * none is changed or removed.
 */
export const PRICES: readonly ProviderPrices[] = [OPENAI, ANTHROPIC, GOOGLE];

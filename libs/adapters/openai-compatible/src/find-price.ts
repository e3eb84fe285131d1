import type { ModelPrice } from '@tenon/ports';
import { PRICES, type PriceRow } from './price-table.js';

/** Names one state of a model: `gpt-4o-mini-2024-07-18`, `claude-haiku-4-5-20251001`. */
const DATE = /-\d{4}-?\d\d-?\d\d$/;

/**
 * What a model costs at a time. Only a provider's own address tells who charges: behind any other there may be somebody
 * with prices of their own. A dated model that the table does not name costs as the model without the date.
 */
export function findPrice(baseUrl: string, name: string, at: Date): ModelPrice | undefined {
  const host = URL.canParse(baseUrl.trim()) ? new URL(baseUrl.trim()).hostname : '';
  const models = PRICES.find((provider) => provider.host === host)?.models;
  if (!models) return undefined;
  const bare = name.replace(/^models\//, '');
  const rows = rowsOf(models, bare) ?? rowsOf(models, bare.replace(DATE, ''));
  const day = at.toISOString().slice(0, 10);
  const row = rows?.findLast(({ from }) => from <= day);
  return row && toPrice(row);
}

function rowsOf(models: Readonly<Record<string, readonly PriceRow[]>>, name: string) {
  return Object.hasOwn(models, name) ? models[name] : undefined;
}

function toPrice({ input, cached, output, maxPromptTokens }: PriceRow): ModelPrice {
  return {
    input: microUsd(input),
    ...(cached !== undefined && { cachedInput: microUsd(cached) }),
    output: microUsd(output),
    ...(maxPromptTokens && { maxPromptTokens }),
  };
}

function microUsd(usd: number): number {
  return Math.round(usd * 1e6);
}

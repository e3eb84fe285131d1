import { isTenonError } from '@tenon/base';
import type { ApiClient } from '../api/client.js';
import { getModels, type Models } from '../api/models.js';
import { sayLocalModel } from '../commands/models.js';
import { ok, trouble, warning, type Finding } from './finding.js';
import { describeSince, examineProcesses, type ProcessHealth } from './process-health.js';
import { examineRuns, type RunHealth } from './run-health.js';

/** What `GET /health` answers to a member. */
interface Health {
  readonly status: 'ok' | 'unavailable';
  /** Since when the database is away, ISO 8601. */
  readonly since?: string;
  /** What the launcher says; null where nobody supervises. */
  readonly processes?: { readonly processes: readonly ProcessHealth[] } | null;
  readonly runs?: RunHealth;
}

const VIEWER = '{ viewer { email role team { name } } }';

/** What was found at an instance, and whether it answered at all. */
export interface Examination {
  readonly isReachable: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Asks an instance how it is. What cannot be asked is a finding.
 * @param advice  what to do when nothing answers
 */
export async function examineInstance(client: ApiClient, advice: string): Promise<Examination> {
  const { url } = client.target;
  try {
    const health = (await client.health()) as Health;
    if (health.status === 'unavailable')
      return { isReachable: false, findings: [ok('api', url), databaseAway(health)] };
    const { viewer } = await client.ask<ViewerAnswer>(VIEWER);
    if (!viewer)
      return {
        isReachable: false,
        findings: [ok('api', url), trouble('token', 'refused', client.tokenRefused().message)],
      };
    return {
      isReachable: true,
      findings: [
        ok('api', url),
        ok('signed in', `${viewer.email}, ${viewer.role} of ${viewer.team.name}`),
        ok('database', 'up'),
        ...examineProcesses(health.processes?.processes ?? []),
        ...(health.runs ? examineRuns(health.runs) : []),
        ...examineModels(await getModels(client)),
      ],
    };
  } catch (error) {
    if (!isTenonError(error)) throw error;
    return {
      isReachable: false,
      findings: [
        trouble(
          'api',
          error.message,
          error.code === 'cli.unreachable' ? advice : 'Look into api.log in the data folder.',
        ),
      ],
    };
  }
}

interface ViewerAnswer {
  readonly viewer: { readonly email: string; readonly role: string; readonly team: { readonly name: string } } | null;
}

function databaseAway({ since }: Health): Finding {
  const advice =
    'Look at postgres.log in the data folder, or at the Postgres of TENON_DATABASE_URL; accepted runs are kept.';
  return trouble('database', `away${since ? ` for ${describeSince(since)}` : ''}`, advice);
}

function examineModels({ providers, localModel }: Models): Finding[] {
  const names = providers.map(({ name, baseUrl }) => `${name} (${baseUrl})`).join(', ');
  const model = sayLocalModel(localModel);
  if (providers.length > 0) return [ok('model providers', names), ok('local model', model)];
  const configure = 'Set OPENAI_API_KEY or OPENAI_BASE_URL, or run "tenon models pull".';
  const isGood = localModel.state === 'ready';
  return [ok('model providers', 'none'), isGood ? ok('local model', model) : warning('local model', model, configure)];
}

import { isTenonError } from '@tenon/base';
import type { ApiClient } from '../api/client.js';
import { getModels, type Models } from '../api/models.js';
import { sayLocalModel } from '../commands/models.js';
import { examineDiskUse, type DiskHealth } from './disk-health.js';
import { examineNewestRuns } from './examine-runs.js';
import { ok, sign, trouble, warning, type Finding } from './finding.js';
import { describeSince, examineProcesses, type ProcessHealth } from './process-health.js';
import {
  examineClocks,
  examineServer,
  examineWork,
  type ClockHealth,
  type RunHealth,
  type ServerHealth,
} from './run-health.js';

/** What `GET /health` answers to a member. */
interface Health {
  readonly status: 'ok' | 'unavailable';
  /** Since when the database is away, ISO 8601. */
  readonly since?: string;
  /** What the launcher says; null where nobody supervises. */
  readonly processes?: { readonly processes: readonly ProcessHealth[] } | null;
  readonly runs?: RunHealth;
  readonly workflowServer?: ServerHealth;
  readonly clocks?: ClockHealth;
  readonly disk?: DiskHealth;
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
        ...(await examineProcesses(health.processes?.processes ?? [])),
        ...(health.workflowServer ? [examineServer(health.workflowServer)] : []),
        ...(health.runs ? examineWork(health.runs) : []),
        ...(health.clocks ? [examineClocks(health.clocks)] : []),
        ...(health.disk ? [examineDiskUse(health.disk)] : []),
        ...examineModels(await getModels(client)),
        ...(await examineNewestRuns(client)),
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
          error.code === 'cli.unreachable' ? advice : 'Look into logs/api.log in the data folder.',
        ),
      ],
    };
  }
}

interface ViewerAnswer {
  readonly viewer: { readonly email: string; readonly role: string; readonly team: { readonly name: string } } | null;
}

function databaseAway({ since }: Health): Finding {
  return sign('postgresDown', 'database', `away${since ? ` for ${describeSince(since)}` : ''}`);
}

/** Who answers when an app asks a model. */
export function examineModels({ providers, localModel }: Pick<Models, 'providers' | 'localModel'>): Finding[] {
  const names = providers.map(({ name, baseUrl }) => `${name} (${baseUrl})`).join(', ');
  const model = sayLocalModel(localModel);
  if (providers.length > 0) return [ok('model providers', names), ok('local model', model)];
  const none = ok('model providers', 'none');
  if (localModel.state === 'ready') return [none, ok('local model', model)];
  const isOnItsWay = ['downloading', 'verifying', 'loading'].includes(localModel.state);
  if (isOnItsWay)
    return [none, warning('local model', model, 'Wait until it is here: until then steps that ask it fail.')];
  const isOff = localModel.state === 'off';
  return [none, sign(isOff ? 'modelRefused' : 'localModelMissing', 'local model', model)];
}

import type { LocalModel } from '../api/models.js';
import { examineModels } from './examine-instance.js';

const local = (state: LocalModel['state']): LocalModel => ({
  ...{ state, model: 'local-chat', receivedBytes: 1, totalBytes: 2, startedAt: null, error: null, isInUse: true },
});
const levelOf = (state: LocalModel['state']) =>
  examineModels({ providers: [], localModel: local(state) }).map(({ level, trouble }) => trouble ?? level);

it.each([
  ['absent', 'localModelMissing'],
  ['failed', 'localModelMissing'],
  ['off', 'modelRefused'],
  ['downloading', 'warning'],
  ['loading', 'warning'],
  ['ready', 'ok'],
] as const)('a local model that is %s while nothing else is configured is %s', (state, found) => {
  expect(levelOf(state)).toEqual(['ok', found]);
});

export type { ModelEndpoint } from './endpoint.js';
export { detectLocalServers, type LocalServer, type LocalServerSearch } from './local-servers.js';
export { createOpenAiCompatibleModels, type OpenAiCompatibleConfig, type OpenAiCompatibleModels } from './models.js';

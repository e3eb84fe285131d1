export { detectLocalServers } from './local-servers.js';
export { createOpenAiCompatibleModels, type OpenAiCompatibleConfig, type OpenAiCompatibleModels } from './models.js';

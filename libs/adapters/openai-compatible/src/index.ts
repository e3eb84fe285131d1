export { detectLocalServers } from './local-servers.js';
export { createOpenAiCompatibleModels, type OpenAiCompatibleModels } from './models.js';

export { loadConfig, secretValues, type Config } from './config.js';
export { announceReady, onShutdown, runProcess } from './lifecycle.js';
export { createLogger } from './logger.js';
export { createRedactor } from './redact.js';
export { loadSecretKeys } from './secret-key.js';
export type { Setting, SettingReader } from './setting.js';
export { settings } from './settings.js';
export { troubleOfCode, troubles, type TroubleName } from './troubles.js';

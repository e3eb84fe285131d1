export { configErrors, loadConfig, reachableHost, secretValues, type Config, type SettingPath } from './config.js';
export { announceReady, onShutdown, runProcess, type ReadyMessage } from './lifecycle.js';
export { createLogger, type LoggerOptions } from './logger.js';
export { loadSecretKey, secretKeyErrors } from './secret-key.js';
export type { Setting, SettingReader } from './setting.js';
export { settings } from './settings.js';

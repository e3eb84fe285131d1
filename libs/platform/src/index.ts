export { loadConfig, type Config } from './config.js';
export { announceReady, onShutdown, runProcess } from './lifecycle.js';
export { createLogger } from './logger.js';
export { loadSecretKeys } from './secret-key.js';
export type { Setting, SettingReader } from './setting.js';
export { settings } from './settings.js';

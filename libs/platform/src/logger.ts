import type { LogFields, Logger } from '@tenon/ports';
import pino from 'pino';
import pretty from 'pino-pretty';
import type { Writable } from 'node:stream';
import { currentLogFields } from './log-context.js';
import { redactFields, redactText } from './redact.js';

/** How a process logs. */
export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `text` for people, `json` (one object per line) for machines. */
  readonly format: 'text' | 'json';
  /** The process, in every line of the JSON format. */
  readonly name: string;
  /** Where lines go instead of the standard output. */
  readonly destination?: Writable;
}

/**
 * The logger of a process. Credentials are taken out here, at the one door through which lines leave: by the name of
 * the field, by their shape, and by what the process knows to be one. An error may stand in any field; its causes are
 * written too. Lines carry the fields of `withLogFields` around them.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, format, name, destination } = options;
  const base = format === 'json' ? { name } : undefined;
  const settings = {
    level,
    base,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const target = format === 'json' ? destination : createTextStream(destination);
  const lines = target ? pino(settings, target) : pino(settings, pino.destination({ fd: 1, sync: true }));
  return wrap(lines);
}

function createTextStream(destination: Writable | undefined) {
  return pretty({
    ...(destination ? { destination } : { destination: 1 }),
    sync: true,
    colorize: !destination && process.stdout.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    ignore: 'pid,hostname,name',
  });
}

function wrap(lines: pino.Logger): Logger {
  const line = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => {
    if (lines.isLevelEnabled(level))
      lines[level](redactFields({ ...currentLogFields(), ...fields }), redactText(message));
  };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => wrap(lines.child(redactFields(fields))),
  };
}

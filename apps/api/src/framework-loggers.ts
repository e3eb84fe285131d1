import type { Logger } from '@tenon/ports';
import type { LoggerService } from '@nestjs/common';

/** The GraphQL server's lines by our levels. */
export function forwardApolloTo(logger: Logger): Record<'debug' | 'info' | 'warn' | 'error', (said: unknown) => void> {
  const line = (level: 'debug' | 'warn' | 'error') => (said: unknown) =>
    logger[level]({ said: String(said) }, 'the GraphQL server has something to say');
  return { debug: line('debug'), info: line('debug'), warn: line('warn'), error: line('error') };
}

/** The framework's lines by our levels; what it tells of its own course is for debugging. */
export function forwardNestTo(logger: Logger): LoggerService {
  const line =
    (level: 'debug' | 'warn' | 'error') =>
    (said: unknown, ...details: unknown[]): void => {
      const isText = typeof said === 'string';
      const fields = { ...(!isText && { said }), ...(details.length > 0 && { details }) };
      logger[level](fields, isText ? said : 'the framework has something to say');
    };
  return { log: line('debug'), debug: line('debug'), verbose: line('debug'), warn: line('warn'), error: line('error') };
}

/** Fields of a log line. Never prompts, model output, documents or credentials: sizes and hashes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The logger a class is given. The message is constant; what varies goes into the fields. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger whose every line carries `fields` too. */
  child(fields: LogFields): Logger;
}

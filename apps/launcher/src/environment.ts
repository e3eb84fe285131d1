import { settings, type Setting, type SettingReader } from '@tenon/platform';

type Env = Readonly<Record<string, string | undefined>>;

/** What programs of the system need: paths, language, time zone, proxies, certificates, and pip's own settings. */
const SYSTEM =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|XDG_\w+|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|(HTTPS?|ALL|NO)_PROXY|PIP_\w+)$/i;

/**
 * The environment of one process: what the system needs and the settings this process reads. Nothing else that the
 * person's shell holds, so that a key of one is not in the memory of all, least of all in the process that runs code.
 */
export function environmentOf(
  reader: SettingReader,
  env: Env,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const mine = new Set(
    listSettings()
      .filter(({ usedBy }) => usedBy.includes(reader))
      .map(({ name }) => name),
  );
  const isMine = (name: string) => SYSTEM.test(name) || mine.has(name);
  const kept = Object.entries({ ...env, ...own }).filter(([name, value]) => value !== undefined && isMine(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

function listSettings(): Setting[] {
  return Object.values<Record<string, Setting>>(settings).flatMap((group) => Object.values(group));
}

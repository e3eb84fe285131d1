import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';

/* A real Chromium: one that is there, else Debian's where it may be installed. */

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PACKAGES = ['chromium', 'fonts-liberation', 'fonts-noto-cjk'];
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium. @throws Error with one sentence where there is none and none may be installed */
export async function startBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => existsSync(place)) ?? (await installChromium());
  return chromium.launch({ executablePath, args: ARGS });
}

async function installChromium(): Promise<string> {
  const run = promisify(execFile);
  const [place = ''] = PLACES;
  try {
    if (process.getuid?.() !== 0) throw new Error('only root may install packages');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...PACKAGES], { env });
    return place;
  } catch (cause) {
    throw new Error(`The console is tried in Chromium, which is not there: install it as ${place}.`, { cause });
  }
}

/** What a page must not do unseen: errors that it meets, and whatever a script of others would show. */
export function watchPage(page: Page): readonly string[] {
  const seen: string[] = [];
  page.on('pageerror', ({ message }) => seen.push(`error: ${message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') seen.push(`${message.type()}: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return seen;
}

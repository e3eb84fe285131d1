import express, { type Request, type RequestHandler, type Response } from 'express';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pagePolicy } from '../http/security-headers.js';

/** Files whose names change with their content. */
const HASHED = /-[A-Z0-9_-]{8}\.(js|css)$/i;
const PLACE_OF_NONCE = /__nonce__/g;

/** The console as it was built: the page in which it runs, and its files. */
export class ConsolePages {
  /** Serves the files, and nothing else. */
  readonly files: RequestHandler;
  private readonly page: string;

  /**
   * @param folder   what the console's build made
   * @param isHttps  whether people reach us over https
   */
  constructor(
    folder: string,
    private readonly isHttps: boolean,
  ) {
    this.page = path.join(folder, 'index.html');
    this.files = express.static(folder, {
      index: false,
      redirect: false,
      setHeaders: (response, file) =>
        response.setHeader('cache-control', HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache'),
    });
  }

  /** Undefined when the console was not built. */
  static find(folder: string, isHttps: boolean): ConsolePages | undefined {
    return existsSync(path.join(folder, 'index.html')) ? new ConsolePages(folder, isHttps) : undefined;
  }

  /** Whether a browser asks for a page: of addresses that are no route of ours, the console knows what they are. */
  isAskedFor({ method, headers }: Request): boolean {
    return method === 'GET' && /\btext\/html\b/.test(headers.accept ?? '');
  }

  /** Answers with the page. What may run in it is what this answer names. */
  async show(response: Response): Promise<void> {
    const page = await readFile(this.page, 'utf8');
    const nonce = randomBytes(16).toString('base64');
    response.setHeader('content-security-policy', pagePolicy(this.isHttps, nonce));
    response.status(200).type('html').send(page.replace(PLACE_OF_NONCE, nonce));
  }
}

import { inject, Injectable, signal } from '@angular/core';
import { ApolloClient } from '@apollo/client';
import { MAX_FILE_BYTES } from '@tenon/dsl';
import { Act } from '../api/act.js';
import { Mutations } from '../api/mutations.js';
import { Problem } from '../api/problem.js';
import { ImportAppDocument } from '../apps/apps.generated.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { ImportFile } from './import-file.js';
import { AppFileDocument, OpenAppFilesDocument } from './import.generated.js';
import { partsOf } from './model-gaps.js';

/** The files that somebody gave, from their bytes to apps. Nothing is stored before `create`. */
@Injectable()
export class ImportDesk {
  private readonly client = inject(ApolloClient);
  private readonly mutations = inject(Mutations);
  private readonly quantities = inject(Quantities);
  private readonly texts = inject(Texts);

  readonly opening = new Act();
  readonly files = signal<readonly ImportFile[]>([]);
  /** Files of a zip that are no app files. */
  readonly leftOut = signal(0);

  /** Each `open` is true when there is something to look at. */
  openFile(file: File): Promise<boolean> {
    return this.open(async () => {
      this.checkSize(file.size);
      if (!(await isArchive(file))) return this.lay([new ImportFile(file.name, await file.text())]);
      return this.openWith({ archive: await base64Of(file) });
    });
  }

  openText(text: string): Promise<boolean> {
    return this.open(async () => {
      this.checkSize(new Blob([text]).size);
      this.lay([new ImportFile(this.texts.t('import.pasted'), text)]);
    });
  }

  openAddress(url: string): Promise<boolean> {
    return this.open(() => this.openWith({ url }));
  }

  /** Finds out what a file holds. */
  async read(file: ImportFile): Promise<void> {
    if (file.refusal) return;
    await file.reading.run(async () => {
      const { data } = await this.client.query({
        query: AppFileDocument,
        variables: { content: file.content },
        fetchPolicy: 'no-cache',
      });
      file.report.set(data?.appFile);
      file.appName.set(data?.appFile.content?.name ?? '');
    });
  }

  /** Makes an app of a file. */
  async create(file: ImportFile): Promise<void> {
    const { content } = file.report() ?? {};
    if (!content || file.app() !== undefined) return;
    await file.creating.run(async () => {
      const models = [...file.choices()].map(([named, use]) => ({ named: partsOf(named), use: partsOf(use) }));
      const name = file.appName().trim();
      const input = { content: file.content, models, ...(name && name !== content.name && { name }) };
      const { app } = await this.mutations.perform(ImportAppDocument, { input });
      file.app.set(app?.id);
    });
  }

  private open(work: () => Promise<void>): Promise<boolean> {
    return this.opening.run(async () => {
      await work();
      void this.readAll(this.files());
    });
  }

  private async openWith(input: { readonly archive: string } | { readonly url: string }): Promise<void> {
    const { files, leftOut } = await this.mutations.perform(OpenAppFilesDocument, { input });
    const given = (files ?? []).map(({ name, content, error }) =>
      content === null
        ? new ImportFile(name, '', new Problem(error?.message ?? '', error?.code ?? 'import.notText'))
        : new ImportFile(name, content),
    );
    this.lay(given, leftOut ?? 0);
  }

  private lay(files: readonly ImportFile[], leftOut = 0): void {
    this.files.set(files);
    this.leftOut.set(leftOut);
  }

  private async readAll(files: readonly ImportFile[]): Promise<void> {
    for (const file of files) if (this.files() === files) await this.read(file);
  }

  private checkSize(bytes: number): void {
    if (bytes <= MAX_FILE_BYTES) return;
    const values = { size: this.quantities.bytes(bytes), limit: this.quantities.bytes(MAX_FILE_BYTES) };
    throw new Problem(this.texts.t('import.tooLarge', values), 'limit.size');
  }
}

/** Is it a zip, by its first bytes? */
async function isArchive(file: File): Promise<boolean> {
  const [p, k] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return p === 0x50 && k === 0x4b;
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).split(',', 2)[1] ?? '');
    reader.onerror = () => reject(reader.error as Error);
    reader.readAsDataURL(file);
  });
}

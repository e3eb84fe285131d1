declare module 'spdx-satisfies' {
  /** Whether a licence expression holds when only those licences are given. Throws Error for what is no expression. */
  export default function satisfies(expression: string, approved: readonly string[]): boolean;
}

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** Ids are UUIDv7 text, made by `newId()` of `@tenon/database`; the brands only keep them from being mixed up. */
export type TeamId = Id<'team'>;
export type MemberId = Id<'member'>;
export type SessionId = Id<'session'>;
export type AppId = Id<'app'>;
export type VersionId = Id<'version'>;
export type RunId = Id<'run'>;
export type ConversationId = Id<'conversation'>;
export type FileId = Id<'file'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-9a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for lower-case UUID text, the only form in which our ids are accepted from outside. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

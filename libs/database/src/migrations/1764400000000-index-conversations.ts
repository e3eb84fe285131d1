/**
 * The runs of a conversation are found without looking at all of its team. What goes with a conversation is searched by
 * the conversation alone, so that is what comes first in the index of messages, too.
 */
export const indexConversations = {
  name: '1764400000000-index-conversations',
  up: [
    `create index run_conversation on run (conversation_id, id) where conversation_id is not null`,
    `drop index message_conversation`,
    `create index message_conversation on message (conversation_id, created_at, run_id)`,
  ],
};

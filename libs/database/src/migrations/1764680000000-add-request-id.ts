/** A run names the request that started it, as the logs do. */
export const addRequestId = {
  name: '1764680000000-add-request-id',
  up: ['alter table run add column request_id text'],
};

/** Passwords that were tried, counted for all API processes together. The columns are those of `rate-limiter-flexible`. */
export const createPasswordTry = {
  name: '1764700000000-create-password-try',
  up: [
    `create table password_try (
      key varchar(255) primary key,
      points integer not null default 0,
      expire bigint)`,
  ],
};

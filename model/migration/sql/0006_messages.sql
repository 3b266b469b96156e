-- +goose Up
CREATE TABLE IF NOT EXISTS notices (
  id @id,
  person_id BIGINT NOT NULL,
  kind @ascii(32) NOT NULL,
  title VARCHAR(80) NOT NULL,
  body VARCHAR(400) NOT NULL,
  page @ascii(120) NOT NULL,
  created_at @time NOT NULL,
  read_at @time,
  once_key @ascii(80),
  INDEX ix_notices_person (person_id, id),
  CONSTRAINT uq_notices_once UNIQUE (once_key),
  CONSTRAINT fk_notices_person FOREIGN KEY (person_id) REFERENCES persons (id)
) @table;

CREATE TABLE IF NOT EXISTS accepts (
  id @id,
  user_id BIGINT NOT NULL,
  template @ascii(64) NOT NULL,
  given_at @time NOT NULL,
  notice_id BIGINT,
  spent_at @time,
  void_at @time,
  outcome @ascii(40) NOT NULL,
  INDEX ix_accepts_user (user_id, template, id),
  CONSTRAINT uq_accepts_notice UNIQUE (notice_id),
  CONSTRAINT fk_accepts_user FOREIGN KEY (user_id) REFERENCES users (id)
) @table;

CREATE TABLE IF NOT EXISTS jobs (
  id @id,
  kind @ascii(32) NOT NULL,
  subject_id BIGINT NOT NULL,
  once_key @ascii(80),
  state @ascii(8) NOT NULL,
  due_at @time NOT NULL,
  attempts INTEGER NOT NULL,
  owner @ascii(24) NOT NULL,
  last_error @ascii(80) NOT NULL,
  owed_at @time NOT NULL,
  done_at @time,
  INDEX ix_jobs_due (state, due_at),
  INDEX ix_jobs_state (state, id),
  CONSTRAINT uq_jobs_once UNIQUE (once_key)
) @table;

CREATE TABLE IF NOT EXISTS callbacks (
  event_id @ascii(64) NOT NULL PRIMARY KEY,
  kind @ascii(40) NOT NULL,
  received_at @time NOT NULL,
  INDEX ix_callbacks_received (received_at),
  CONSTRAINT ck_callbacks_id CHECK (event_id <> '')
) @table;

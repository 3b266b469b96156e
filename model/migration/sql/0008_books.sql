-- +goose Up
CREATE TABLE IF NOT EXISTS commands (
  id @id,
  owner @ascii(24) NOT NULL,
  command_key @ascii(80) NOT NULL,
  print @ascii(44) NOT NULL,
  answer @file,
  at @time NOT NULL,
  INDEX ix_commands_at (at),
  CONSTRAINT uq_commands_key UNIQUE (owner, command_key),
  CONSTRAINT ck_commands_answer CHECK (@is_sealed(answer))
) @table;

CREATE TABLE IF NOT EXISTS audits (
  id @id,
  at @time NOT NULL,
  user_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  action @ascii(48) NOT NULL,
  node_id BIGINT NOT NULL,
  subject @ascii(24) NOT NULL,
  subject_id BIGINT NOT NULL,
  INDEX ix_audits_node (node_id, id),
  INDEX ix_audits_subject (subject, subject_id, id),
  INDEX ix_audits_person (person_id, id),
  detail VARCHAR(200) NOT NULL
) @table;

CREATE TABLE IF NOT EXISTS changes (
  id @id,
  topic @ascii(40) NOT NULL,
  INDEX ix_changes_at (at),
  at @time NOT NULL
) @table;

CREATE TABLE IF NOT EXISTS sequences (
  name @ascii(60) NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
) @table;

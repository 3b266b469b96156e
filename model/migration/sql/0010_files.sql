-- +goose Up
CREATE TABLE IF NOT EXISTS files (
  id @id,
  name @ascii(40) NOT NULL,
  uploader_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  node_id BIGINT NOT NULL,
  state @ascii(16) NOT NULL,
  bytes BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  subject @ascii(24) NOT NULL,
  subject_id BIGINT NOT NULL,
  place BIGINT NOT NULL,
  loose_since @time,
  created_at @time NOT NULL,
  offers BIGINT NOT NULL,
  offered_at @time,
  answer @ascii(16) NOT NULL,
  label BIGINT NOT NULL,
  decided_at @time,
  decided_by_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  INDEX ix_files_subject (subject, subject_id, place),
  INDEX ix_files_loose (loose_since),
  INDEX ix_files_uploader (uploader_id, loose_since),
  INDEX ix_files_state (state, id),
  CONSTRAINT uq_files_name UNIQUE (name),
  CONSTRAINT fk_files_uploader FOREIGN KEY (uploader_id) REFERENCES persons (id),
  CONSTRAINT fk_files_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS file_checks (
  trace_id @ascii(128) NOT NULL PRIMARY KEY,
  file_id BIGINT NOT NULL,
  answer @ascii(16) NOT NULL,
  label BIGINT NOT NULL,
  INDEX ix_file_checks_at (at),
  at @time NOT NULL
) @table;

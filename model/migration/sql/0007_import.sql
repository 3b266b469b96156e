-- +goose Up
CREATE TABLE IF NOT EXISTS imports (
  id @id,
  kind @ascii(16) NOT NULL,
  node_id BIGINT NOT NULL,
  by_user_id BIGINT NOT NULL,
  by_person_id BIGINT NOT NULL,
  dry_run @bool NOT NULL,
  state @ascii(16) NOT NULL,
  file @file,
  file_hash @ascii(44) NOT NULL,
  total_rows BIGINT NOT NULL,
  done_rows BIGINT NOT NULL,
  added BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  unchanged BIGINT NOT NULL,
  moved BIGINT NOT NULL,
  places BIGINT NOT NULL,
  homes BIGINT NOT NULL,
  faults BIGINT NOT NULL,
  failure @ascii(80) NOT NULL,
  tries INTEGER NOT NULL,
  created_at @time NOT NULL,
  finished_at @time,
  active_node_id BIGINT,
  INDEX ix_imports_node (node_id, id),
  CONSTRAINT uq_imports_active UNIQUE (active_node_id),
  CONSTRAINT ck_imports_file CHECK (@is_sealed(file)),
  CONSTRAINT fk_imports_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS import_faults (
  id @id,
  import_id BIGINT NOT NULL,
  line BIGINT NOT NULL,
  column_name VARCHAR(40) NOT NULL,
  text VARCHAR(200) NOT NULL,
  INDEX ix_import_faults_import (import_id, id),
  CONSTRAINT fk_import_faults_import FOREIGN KEY (import_id) REFERENCES imports (id)
) @table;

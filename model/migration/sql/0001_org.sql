-- +goose Up
CREATE TABLE IF NOT EXISTS locks (
  name @ascii(40) NOT NULL PRIMARY KEY
) @table;

INSERT INTO locks (name) SELECT 'org' WHERE NOT EXISTS (SELECT 1 FROM locks WHERE name = 'org');

CREATE TABLE IF NOT EXISTS nodes (
  id BIGINT NOT NULL PRIMARY KEY,
  parent_id BIGINT NOT NULL,
  kind @ascii(16) NOT NULL,
  style @ascii(16) NOT NULL,
  code @ascii(20),
  name VARCHAR(80) NOT NULL,
  path @path NOT NULL,
  state @ascii(16) NOT NULL,
  created_at @time NOT NULL,
  ended_at @time,
  INDEX ix_nodes_path (path),
  INDEX ix_nodes_parent (parent_id, kind),
  CONSTRAINT uq_nodes_code UNIQUE (code)
) @table;

CREATE TABLE IF NOT EXISTS node_changes (
  id @id,
  node_id BIGINT NOT NULL,
  what @ascii(16) NOT NULL,
  name_before VARCHAR(80) NOT NULL,
  name_after VARCHAR(80) NOT NULL,
  parent_before BIGINT NOT NULL,
  parent_after BIGINT NOT NULL,
  other_node_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  by_person_id BIGINT NOT NULL,
  at @time NOT NULL,
  INDEX ix_node_changes_node (node_id, id),
  INDEX ix_node_changes_other (other_node_id, id),
  CONSTRAINT fk_node_changes_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS party_orgs (
  id @id,
  node_id BIGINT NOT NULL,
  kind @ascii(24) NOT NULL,
  name VARCHAR(80) NOT NULL,
  founded_at @time NOT NULL,
  ended_at @time,
  end_reason VARCHAR(200) NOT NULL,
  active_node_id BIGINT,
  INDEX ix_party_orgs_node (node_id),
  CONSTRAINT uq_party_orgs_active UNIQUE (active_node_id),
  CONSTRAINT fk_party_orgs_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

-- +goose Up
INSERT INTO locks (name) SELECT 'audit_chain' WHERE NOT EXISTS (SELECT 1 FROM locks WHERE name = 'audit_chain');

CREATE TABLE IF NOT EXISTS audit_links (
  seq BIGINT NOT NULL PRIMARY KEY,
  audit_id BIGINT NOT NULL,
  linked_at @time NOT NULL,
  hash @ascii(44) NOT NULL,
  CONSTRAINT uq_audit_links_audit UNIQUE (audit_id),
  CONSTRAINT fk_audit_links_audit FOREIGN KEY (audit_id) REFERENCES audits (id)
) @table;

@append_only(audits)
@append_only(audit_links)

-- +goose Up
CREATE TABLE IF NOT EXISTS accounts (
  id BIGINT NOT NULL PRIMARY KEY,
  account_key @ascii(64) NOT NULL,
  unit @ascii(8) NOT NULL,
  opened_at @time NOT NULL,
  balance BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  head @ascii(44) NOT NULL,
  CONSTRAINT uq_accounts_key UNIQUE (account_key)
) @table;

CREATE TABLE IF NOT EXISTS transfers (
  id BIGINT NOT NULL PRIMARY KEY,
  kind @ascii(32) NOT NULL,
  subject @ascii(24) NOT NULL,
  subject_id BIGINT NOT NULL,
  by_person_id BIGINT NOT NULL,
  at @time NOT NULL,
  reverses_id BIGINT,
  CONSTRAINT uq_transfers_reverses UNIQUE (reverses_id),
  CONSTRAINT fk_transfers_reverses FOREIGN KEY (reverses_id) REFERENCES transfers (id)
) @table;

CREATE TABLE IF NOT EXISTS entries (
  account_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  transfer_id BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  balance BIGINT NOT NULL,
  hash @ascii(44) NOT NULL,
  INDEX ix_entries_transfer (transfer_id),
  CONSTRAINT pk_entries PRIMARY KEY (account_id, seq),
  CONSTRAINT fk_entries_account FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT fk_entries_transfer FOREIGN KEY (transfer_id) REFERENCES transfers (id)
) @clustered;

@append_only(transfers)
@append_only(entries)

-- +goose Up
-- Tokens that another has taken over: whoever still uses one after a minute has kept what was not theirs.
CREATE TABLE IF NOT EXISTS renewed_tokens (
  id @id,
  token_hash @ascii(44) NOT NULL,
  session_id BIGINT NOT NULL,
  renewed_at @time NOT NULL,
  INDEX ix_renewed_tokens_session (session_id),
  CONSTRAINT uq_renewed_tokens_hash UNIQUE (token_hash),
  CONSTRAINT fk_renewed_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) @table;

-- +goose Up
-- What people ask the community to put right in what is held of them.
CREATE TABLE IF NOT EXISTS rectifications (
  id @id,
  person_id BIGINT NOT NULL,
  what @ascii(16) NOT NULL,
  state @ascii(12) NOT NULL,
  words @file,
  asked_at @time NOT NULL,
  answer VARCHAR(300) NOT NULL,
  answered_at @time,
  answered_by_id BIGINT NOT NULL,
  open_key @ascii(48),
  INDEX ix_rectifications_person (person_id, id),
  CONSTRAINT uq_rectifications_open UNIQUE (open_key),
  CONSTRAINT ck_rectifications_words CHECK (@is_sealed(words)),
  CONSTRAINT fk_rectifications_person FOREIGN KEY (person_id) REFERENCES persons (id)
) @table;

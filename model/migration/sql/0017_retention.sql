-- +goose Up
CREATE TABLE IF NOT EXISTS retention_days (
  name @ascii(24) NOT NULL PRIMARY KEY,
  days BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  set_at @time NOT NULL,
  CONSTRAINT ck_retention_days_days CHECK (days >= 0)
) @table;

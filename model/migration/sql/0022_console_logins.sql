-- +goose Up
-- Log-ins to the console that wait for a telephone: who approves one is who the browser is then.
CREATE TABLE IF NOT EXISTS console_logins (
  id @id,
  scene_hash @ascii(44) NOT NULL,
  browser_hash @ascii(44) NOT NULL,
  match_code @ascii(4) NOT NULL,
  state @ascii(16) NOT NULL,
  user_id BIGINT,
  opened_at @time NOT NULL,
  expires_at @time NOT NULL,
  INDEX ix_console_logins_user (user_id),
  INDEX ix_console_logins_expires (expires_at),
  CONSTRAINT uq_console_logins_scene UNIQUE (scene_hash),
  CONSTRAINT uq_console_logins_browser UNIQUE (browser_hash),
  CONSTRAINT fk_console_logins_user FOREIGN KEY (user_id) REFERENCES users (id)
) @table;

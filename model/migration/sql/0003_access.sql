-- +goose Up
CREATE TABLE IF NOT EXISTS users (
  id @id,
  open_id @ascii(64) NOT NULL,
  union_id @ascii(64) NOT NULL,
  session_key @sealed,
  created_at @time NOT NULL,
  signed_in_at @time NOT NULL,
  CONSTRAINT uq_users_open_id UNIQUE (open_id),
  CONSTRAINT ck_users_session_key CHECK (@is_sealed(session_key))
) @table;

CREATE TABLE IF NOT EXISTS sessions (
  id @id,
  token_hash @ascii(44) NOT NULL,
  user_id BIGINT NOT NULL,
  created_at @time NOT NULL,
  expires_at @time NOT NULL,
  ended_at @time,
  INDEX ix_sessions_user (user_id),
  INDEX ix_sessions_expires (expires_at),
  CONSTRAINT uq_sessions_token UNIQUE (token_hash),
  CONSTRAINT fk_sessions_user FOREIGN KEY (user_id) REFERENCES users (id)
) @table;

CREATE TABLE IF NOT EXISTS bindings (
  id @id,
  user_id BIGINT NOT NULL,
  person_id BIGINT,
  unit_id BIGINT,
  state @ascii(16) NOT NULL,
  way @ascii(16) NOT NULL,
  claimed_name VARCHAR(40) NOT NULL,
  claimed_room @sealed,
  phone @sealed,
  asked_at @time NOT NULL,
  decided_at @time,
  decided_by_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  ended_at @time,
  active_user_id BIGINT,
  active_person_id BIGINT,
  pending_user_id BIGINT,
  INDEX ix_bindings_unit (unit_id, state, id),
  INDEX ix_bindings_user (user_id, id),
  INDEX ix_bindings_person (person_id, id),
  CONSTRAINT uq_bindings_active_user UNIQUE (active_user_id),
  CONSTRAINT uq_bindings_active_person UNIQUE (active_person_id),
  CONSTRAINT uq_bindings_pending_user UNIQUE (pending_user_id),
  CONSTRAINT ck_bindings_claimed_room CHECK (@is_sealed(claimed_room)),
  CONSTRAINT ck_bindings_phone CHECK (@is_sealed(phone)),
  CONSTRAINT fk_bindings_user FOREIGN KEY (user_id) REFERENCES users (id)
) @table;

CREATE TABLE IF NOT EXISTS roles (
  id @id,
  person_id BIGINT NOT NULL,
  role @ascii(32) NOT NULL,
  node_id BIGINT NOT NULL,
  starts_at @time NOT NULL,
  ends_at @time,
  appointed_by_id BIGINT NOT NULL,
  appointed_at @time NOT NULL,
  ended_by_id BIGINT NOT NULL,
  end_reason VARCHAR(200) NOT NULL,
  open_key @ascii(80),
  INDEX ix_roles_person (person_id, id),
  INDEX ix_roles_node (node_id, role, id),
  INDEX ix_roles_starts (starts_at),
  INDEX ix_roles_ends (ends_at),
  CONSTRAINT uq_roles_open UNIQUE (open_key),
  CONSTRAINT fk_roles_person FOREIGN KEY (person_id) REFERENCES persons (id),
  CONSTRAINT fk_roles_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

-- +goose Up
CREATE TABLE IF NOT EXISTS budgets (
  id @id,
  node_id BIGINT NOT NULL,
  district_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  state @ascii(8) NOT NULL,
  opened_at @time NOT NULL,
  closed_at @time,
  INDEX ix_budgets_district (district_id, year),
  CONSTRAINT uq_budgets_year UNIQUE (node_id, year),
  CONSTRAINT fk_budgets_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS rewards (
  id @id,
  community_id BIGINT NOT NULL,
  name VARCHAR(40) NOT NULL,
  text VARCHAR(500) NOT NULL,
  points BIGINT NOT NULL,
  cost BIGINT NOT NULL,
  per_person BIGINT NOT NULL,
  per_period @ascii(8) NOT NULL,
  valid_from @time NOT NULL,
  valid_until @time,
  place VARCHAR(80) NOT NULL,
  pick_up_days BIGINT NOT NULL,
  state @ascii(12) NOT NULL,
  made_by_id BIGINT NOT NULL,
  made_at @time NOT NULL,
  changed_at @time NOT NULL,
  INDEX ix_rewards_community (community_id, state, id),
  CONSTRAINT fk_rewards_community FOREIGN KEY (community_id) REFERENCES nodes (id)
) @table;

-- A redemption is written after the accounts are locked, which come after persons and nodes: it names
-- those without a foreign key, whose check would lock them out of order.
CREATE TABLE IF NOT EXISTS redemptions (
  id BIGINT NOT NULL PRIMARY KEY,
  reward_id BIGINT NOT NULL,
  community_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  entered_by_id BIGINT NOT NULL,
  reward_name VARCHAR(40) NOT NULL,
  points BIGINT NOT NULL,
  cost BIGINT NOT NULL,
  year BIGINT NOT NULL,
  period BIGINT,
  state @ascii(12) NOT NULL,
  code @sealed,
  code_index @ascii(24) NOT NULL,
  open_code_index @ascii(24),
  reserved_at @time NOT NULL,
  expires_at @time NOT NULL,
  ended_at @time,
  ended_by_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  transfer_id BIGINT NOT NULL,
  ended_transfer_id BIGINT,
  INDEX ix_redemptions_person (person_id, id),
  INDEX ix_redemptions_community (community_id, state, id),
  INDEX ix_redemptions_code (code_index),
  CONSTRAINT uq_redemptions_open_code UNIQUE (open_code_index),
  CONSTRAINT uq_redemptions_transfer UNIQUE (transfer_id),
  CONSTRAINT uq_redemptions_ended_transfer UNIQUE (ended_transfer_id),
  CONSTRAINT ck_redemptions_code CHECK (@is_sealed(code)),
  CONSTRAINT fk_redemptions_reward FOREIGN KEY (reward_id) REFERENCES rewards (id),
  CONSTRAINT fk_redemptions_transfer FOREIGN KEY (transfer_id) REFERENCES transfers (id),
  CONSTRAINT fk_redemptions_ended_transfer FOREIGN KEY (ended_transfer_id) REFERENCES transfers (id)
) @table;

CREATE TABLE IF NOT EXISTS wrong_codes (
  person_id BIGINT NOT NULL PRIMARY KEY,
  count BIGINT NOT NULL,
  since @time NOT NULL,
  barred_until @time,
  CONSTRAINT fk_wrong_codes_person FOREIGN KEY (person_id) REFERENCES persons (id)
) @table;

CREATE TABLE IF NOT EXISTS expiry_policies (
  id @id,
  district_id BIGINT NOT NULL,
  earned_before @time NOT NULL,
  effective_at @time NOT NULL,
  state @ascii(12) NOT NULL,
  reason VARCHAR(200) NOT NULL,
  announced_at @time NOT NULL,
  announced_by_id BIGINT NOT NULL,
  revoked_at @time,
  revoked_by_id BIGINT NOT NULL,
  revoke_reason VARCHAR(200) NOT NULL,
  announced_upto BIGINT NOT NULL,
  reminded_upto BIGINT NOT NULL,
  expired_upto BIGINT NOT NULL,
  recalled_upto BIGINT NOT NULL,
  done_at @time,
  INDEX ix_expiry_policies_district (district_id, id),
  CONSTRAINT fk_expiry_policies_district FOREIGN KEY (district_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS expired_points (
  id @id,
  policy_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  points BIGINT NOT NULL,
  transfer_id BIGINT NOT NULL,
  at @time NOT NULL,
  INDEX ix_expired_points_person (person_id, id),
  CONSTRAINT uq_expired_points_once UNIQUE (policy_id, person_id),
  CONSTRAINT fk_expired_points_policy FOREIGN KEY (policy_id) REFERENCES expiry_policies (id),
  CONSTRAINT fk_expired_points_transfer FOREIGN KEY (transfer_id) REFERENCES transfers (id)
) @table;

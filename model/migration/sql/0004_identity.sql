-- +goose Up
CREATE TABLE IF NOT EXISTS codes (
  id @id,
  code @ascii(32) NOT NULL,
  kind @ascii(16) NOT NULL,
  node_id BIGINT NOT NULL,
  plaque_id BIGINT,
  made_at @time NOT NULL,
  made_by_id BIGINT NOT NULL,
  revoked_at @time,
  revoked_by_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  active_key @ascii(40),
  INDEX ix_codes_node (node_id, kind),
  CONSTRAINT uq_codes_code UNIQUE (code),
  CONSTRAINT uq_codes_active UNIQUE (active_key),
  CONSTRAINT fk_codes_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS code_images (
  code_id BIGINT NOT NULL PRIMARY KEY,
  jpeg @file NOT NULL,
  made_at @time NOT NULL,
  CONSTRAINT fk_code_images_code FOREIGN KEY (code_id) REFERENCES codes (id)
) @table;

CREATE TABLE IF NOT EXISTS consent_texts (
  id @id,
  purpose @ascii(32) NOT NULL,
  version INTEGER NOT NULL,
  text VARCHAR(2000) NOT NULL,
  starts_at @time NOT NULL,
  CONSTRAINT uq_consent_texts_version UNIQUE (purpose, version)
) @table;

INSERT INTO consent_texts (purpose, version, text, starts_at)
SELECT 'identity_display', 1, '我是中国共产党党员,自愿在本单元亮明党员身份。我选择公开的内容(姓名或“姓氏+同志”、承诺、特长)会展示给扫码的邻居;我可以随时撤回,撤回后立即不再展示。', '2020-01-01 00:00:00'
WHERE NOT EXISTS (SELECT 1 FROM consent_texts WHERE purpose = 'identity_display' AND version = 1);

INSERT INTO consent_texts (purpose, version, text, starts_at)
SELECT 'phone_binding', 1, '同意使用微信绑定的手机号与社区名册核对,用于确认您是哪一户的居民。手机号加密保存,只有确有需要的社区工作人员能看到完整号码,每次查看都有记录;您可以随时解除绑定。', '2020-01-01 00:00:00'
WHERE NOT EXISTS (SELECT 1 FROM consent_texts WHERE purpose = 'phone_binding' AND version = 1);

CREATE TABLE IF NOT EXISTS consents (
  id @id,
  user_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  purpose @ascii(32) NOT NULL,
  version INTEGER NOT NULL,
  given_at @time NOT NULL,
  INDEX ix_consents_person (person_id, purpose, id),
  INDEX ix_consents_user (user_id, purpose, id),
  withdrawn_at @time
) @table;

CREATE TABLE IF NOT EXISTS displays (
  id @id,
  person_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  consent_id BIGINT NOT NULL,
  name_form @ascii(16) NOT NULL,
  pledge VARCHAR(200) NOT NULL,
  skills VARCHAR(200) NOT NULL,
  on_page @bool NOT NULL,
  in_group @bool NOT NULL,
  on_door @bool NOT NULL,
  shown_at @time NOT NULL,
  ended_at @time,
  end_reason @ascii(32) NOT NULL,
  active_person_id BIGINT,
  INDEX ix_displays_unit (unit_id, id),
  INDEX ix_displays_person (person_id, id),
  CONSTRAINT uq_displays_active UNIQUE (active_person_id),
  CONSTRAINT fk_displays_person FOREIGN KEY (person_id) REFERENCES persons (id),
  CONSTRAINT fk_displays_unit FOREIGN KEY (unit_id) REFERENCES nodes (id),
  CONSTRAINT fk_displays_consent FOREIGN KEY (consent_id) REFERENCES consents (id)
) @table;

CREATE TABLE IF NOT EXISTS unit_groups (
  id @id,
  unit_id BIGINT NOT NULL,
  gid @sealed,
  gid_index @ascii(24) NOT NULL,
  bound_by_id BIGINT NOT NULL,
  bound_at @time NOT NULL,
  ended_at @time,
  ended_by_id BIGINT NOT NULL,
  active_unit_id BIGINT,
  active_gid @ascii(24),
  INDEX ix_unit_groups_unit (unit_id),
  CONSTRAINT uq_unit_groups_unit UNIQUE (active_unit_id),
  CONSTRAINT uq_unit_groups_gid UNIQUE (active_gid),
  CONSTRAINT ck_unit_groups_gid CHECK (@is_sealed(gid)),
  CONSTRAINT fk_unit_groups_unit FOREIGN KEY (unit_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS group_entries (
  id @id,
  unit_group_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  entered_at @time NOT NULL,
  CONSTRAINT uq_group_entries UNIQUE (unit_group_id, user_id),
  CONSTRAINT fk_group_entries_group FOREIGN KEY (unit_group_id) REFERENCES unit_groups (id)
) @table;

CREATE TABLE IF NOT EXISTS plaques (
  id @id,
  household_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  applicant_id BIGINT NOT NULL,
  state @ascii(16) NOT NULL,
  applied_at @time NOT NULL,
  decided_at @time,
  decided_by_id BIGINT NOT NULL,
  installed_at @time,
  installed_by_id BIGINT NOT NULL,
  removed_at @time,
  removed_by_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  active_household_id BIGINT,
  INDEX ix_plaques_unit (unit_id, state, id),
  INDEX ix_plaques_applicant (applicant_id, id),
  CONSTRAINT uq_plaques_active UNIQUE (active_household_id),
  CONSTRAINT fk_plaques_household FOREIGN KEY (household_id) REFERENCES households (id),
  CONSTRAINT fk_plaques_applicant FOREIGN KEY (applicant_id) REFERENCES persons (id)
) @table;
